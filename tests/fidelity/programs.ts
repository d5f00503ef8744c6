import { startMemcached, startRedis } from "./caches.ts";
import { postgresPath, startPostgres, startSqlite } from "./databases.ts";
import { pathOf, run, type Running, type Started, started } from "./started.ts";

const SOURCES = new URL("programs/", import.meta.url).pathname;

/** A program that the suite records. */
export interface Program {
  name: string;
  /** What of it must be installed, and the Debian or npm package that has it. */
  needs: string;
  /** How far its working set may be from the truth, as a share of it. */
  limit: number;
  /** How it is started, with its load; `undefined` where it is not installed. */
  find(): (() => Promise<Started>) | undefined;
}

/** All programs of the suite, as its table has them. */
export const PROGRAMS: readonly Program[] = [
  { name: "node", needs: "node (nodejs)", limit: 0.1, find: () => script("node", "map.js") },
  { name: "deno", needs: "deno (npm: deno)", limit: 0.1, find: () => deno },
  { name: "python", needs: "python3 (python3)", limit: 0.1, find: () => script("python3", "half.py") },
  { name: "redis", needs: "redis-server (redis-server)", limit: 0.1, find: () => found("redis-server", startRedis) },
  { name: "memcached", needs: "memcached (memcached)", limit: 0.15, find: () => found("memcached", startMemcached) },
  { name: "sqlite", needs: "sqlite3 (sqlite3)", limit: 0.1, find: () => found("sqlite3", startSqlite) },
  { name: "java", needs: "java (default-jre-headless) and javac or ecj (ecj)", limit: 0.1, find: findJava },
  { name: "postgres", needs: "postgres and pgbench (postgresql)", limit: 0.15, find: findPostgres },
  { name: "scatter", needs: "cc (gcc)", limit: 0.1, find: () => found("cc", startScatter) },
];

function found(name: string, start: (path: string) => Promise<Started>): (() => Promise<Started>) | undefined {
  const path = pathOf(name);
  return path === undefined ? undefined : () => start(path);
}

/** A script that says "ready" once its memory is there. */
function script(interpreter: string, file: string): (() => Promise<Started>) | undefined {
  return found(interpreter, (path) => started((running) => ready(running, [path, `${SOURCES}${file}`])));
}

async function ready(running: Running, argv: string[]): Promise<number> {
  return (await running.start(argv, { ready: "ready" })).pid;
}

function deno(): Promise<Started> {
  const argv = [Deno.execPath(), "run", "--no-config", "--no-lock", `${SOURCES}map.js`];
  return started((running) => ready(running, argv));
}

function findPostgres(): (() => Promise<Started>) | undefined {
  return postgresPath("postgres") && postgresPath("pgbench") ? () => startPostgres() : undefined;
}

function findJava(): (() => Promise<Started>) | undefined {
  const [java, compiler] = [pathOf("java"), pathOf("javac") ?? pathOf("ecj")];
  if (!java || !compiler) return undefined;
  return () =>
    started(async (running) => {
      const folder = running.folder();
      await run([compiler, "-source", "11", "-target", "11", "-d", folder, `${SOURCES}Objects.java`]);
      return await ready(running, [java, "-Xms260m", "-Xmx260m", "-XX:+UseSerialGC", "-cp", folder, "Objects"]);
    });
}

function startScatter(cc: string): Promise<Started> {
  return started(async (running) => {
    const path = `${running.folder()}/scatter`;
    await run([cc, "-O2", "-o", path, `${SOURCES}scatter.c`]);
    return await ready(running, [path]);
  });
}
