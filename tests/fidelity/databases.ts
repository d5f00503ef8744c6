import { paced, pathOf, pause, run, type Started, started } from "./started.ts";

/** Where Debian has PostgreSQL's programs: not on the PATH, the newest last. */
function postgresFolders(): string[] {
  const root = "/usr/lib/postgresql";
  try {
    const versions = Array.from(Deno.readDirSync(root), ({ name }) => name).sort((a, b) => Number(a) - Number(b));
    return [...versions.reverse().map((name) => `${root}/${name}/bin`), ...(Deno.env.get("PATH") ?? "").split(":")];
  } catch {
    return (Deno.env.get("PATH") ?? "").split(":");
  }
}

/** A program of PostgreSQL. */
export function postgresPath(name: string): string | undefined {
  return pathOf(name, postgresFolders());
}

/** Who PostgreSQL runs as: it refuses to as root. */
function postgresUser(): { uid?: number; gid?: number } {
  if (Deno.uid() !== 0) return {};
  const lines = Deno.readTextFileSync("/etc/passwd").split("\n").map((line) => line.split(":"));
  const user = lines.find(([name]) => name === "postgres") ?? lines.find(([name]) => name === "nobody")!;
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** PostgreSQL with pgbench's tables, read at random by clients; only on a socket in a folder of its own. */
export function startPostgres(clients = 1): Promise<Started> {
  return started(async (running) => {
    const folder = running.folder();
    const user = postgresUser();
    if (user.uid !== undefined) await Deno.chown(folder, user.uid, user.gid!);
    const options = { ...user, cwd: folder };
    const program = (name: string) => postgresPath(name)!;
    const dataFolder = `${folder}/data`;
    await run([program("initdb"), "-D", dataFolder, "-U", "postgres", "-A", "trust", "--no-sync"], options);
    const settings = ["listen_addresses=", "shared_buffers=128MB", "fsync=off", "autovacuum=off", "huge_pages=off"];
    await running.start(
      [program("postgres"), "-D", dataFolder, "-k", folder, ...settings.flatMap((one) => ["-c", one])],
      options,
    );
    const as = ["-h", folder, "-U", "postgres"];
    for (let left = 100;; left--) {
      const { success } = await new Deno.Command(program("pg_isready"), { args: as, stdout: "null", ...options })
        .output();
      if (success) break;
      if (left === 0) throw new Error("postgres did not become ready");
      await pause(100);
    }
    await run([program("pgbench"), "-i", "-q", "-s", "5", ...as, "postgres"], options);
    await running.start(
      [program("pgbench"), "-n", "-S", "-c", `${clients}`, "-R", `${400 * clients}`, "-T", "86400", ...as, "postgres"],
      options,
    );
    // The backend has its caches and the pages that it reads once they were read; and pgbench's first connection is over.
    await pause(5_000);
    const query = "select pid from pg_stat_activity where application_name = 'pgbench' limit 1";
    let pid = 0;
    for (; pid === 0; await pause(100)) {
      pid = Number(await run([program("psql"), "-At", ...as, "-c", query, "postgres"], options));
    }
    return pid;
  });
}

/** The server that a backend is a child of. */
export function postmasterOf(backend: number): number {
  const stat = Deno.readTextFileSync(`/proc/${backend}/stat`);
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

const ROWS = 60_000;

/** The shell of SQLite with 80 MiB of rows in memory, asked for a fifth of them at random, and now and then for others. */
export function startSqlite(path: string): Promise<Started> {
  return started(async (running) => {
    const child = await running.start([path, ":memory:"], { stdin: "piped", stdout: "piped" });
    const input = child.stdin.getWriter();
    const output = child.stdout.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
    const ask = async (statement: string) => {
      await input.write(new TextEncoder().encode(`${statement}; select 'done';\n`));
      for (let text = ""; !text.endsWith("done\n");) {
        const { value, done } = await output.read();
        if (done) throw new Error("sqlite3 ended");
        text += value;
      }
    };
    await ask(
      `create table t (id integer primary key, v text); with recursive n(i) as (select 1 union all select i + 1 from n ` +
        `where i < ${ROWS}) insert into t select i, hex(randomblob(650)) from n`,
    );
    running.load(async (signal) => {
      const some = (count: number, of: number) =>
        Array.from({ length: count }, () => 1 + Math.floor(Math.random() * of));
      await paced(
        25,
        signal,
        () => ask(`select sum(length(v)) from t where id in (${[...some(100, ROWS / 5), ...some(5, ROWS)]})`),
      );
      input.releaseLock();
      await child.stdin.close().catch(() => {});
    });
    return child.pid;
  });
}
