import { freePort, paced, pause, type Running, type Started, started } from "./started.ts";

/** Keys that are set, keys of them that are asked for, and bytes of a value. */
interface Load {
  keys: number;
  hot: number;
  bytes: number;
}

const BATCH = 100;
const encoder = new TextEncoder();

/** redis with 60,000 values, of which it is asked for a tenth at random. */
export function startRedis(path: string): Promise<Started> {
  return started(async (running) => {
    const port = freePort();
    const argv = [path, "--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    const child = await running.start([...argv, "--dir", running.folder()], { ready: "Ready to accept connections" });
    const word = (text: string) => `$${text.length}\r\n${text}\r\n`;
    await loadCache(running, port, { keys: 60_000, hot: 6_000, bytes: 1_200 }, {
      set: (key, value) => `*3\r\n${word("SET")}${word(key)}${word(value)}`,
      get: (key) => `*2\r\n${word("GET")}${word(key)}`,
      getLines: 2,
    });
    return child.pid;
  });
}

/** memcached with 64,000 values, of which it is asked for a sixth at random. */
export function startMemcached(path: string): Promise<Started> {
  return started(async (running) => {
    const port = freePort();
    const argv = [path, "-l", "127.0.0.1", "-p", `${port}`, "-U", "0", "-m", "256", "-t", "2"];
    const child = await running.start(Deno.uid() === 0 ? [...argv, "-u", "nobody"] : argv);
    await loadCache(running, port, { keys: 64_000, hot: 10_000, bytes: 1_400 }, {
      set: (key, value) => `set ${key} 0 0 ${value.length}\r\n${value}\r\n`,
      get: (key) => `get ${key}\r\n`,
      getLines: 3,
    });
    return child.pid;
  });
}

/** How a cache is spoken to; each `set` is answered by a line. */
interface Protocol {
  set(key: string, value: string): string;
  get(key: string): string;
  getLines: number;
}

async function loadCache(running: Running, port: number, load: Load, protocol: Protocol): Promise<void> {
  const connection = await connected(port);
  running.use(connection);
  const value = "x".repeat(load.bytes);
  for (let first = 0; first < load.keys; first += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => protocol.set(`key:${first + i}`, value));
    await ask(connection, batch, 1);
  }
  running.load((signal) =>
    paced(10, signal, async () => {
      const keys = Array.from({ length: BATCH }, () => `key:${Math.floor(Math.random() * load.hot)}`);
      await ask(connection, keys.map((key) => protocol.get(key)), protocol.getLines);
    })
  );
}

/** Connects as soon as it listens. */
async function connected(port: number): Promise<Deno.TcpConn> {
  for (let left = 100;; left--) {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (left === 0) throw error;
      await pause(50);
    }
  }
}

const buffer = new Uint8Array(1 << 18);

/** Sends requests together and reads so many lines for each. */
async function ask(connection: Deno.TcpConn, requests: readonly string[], lines: number): Promise<void> {
  const bytes = encoder.encode(requests.join(""));
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  for (let left = requests.length * lines; left > 0;) {
    const length = await connection.read(buffer);
    if (length === null) throw new Error("the cache closed the connection");
    for (let at = buffer.indexOf(10); at >= 0 && at < length; at = buffer.indexOf(10, at + 1)) left--;
  }
}
