import type { RecordHeader } from "../../damon/mod.ts";
import { readOptional, type Roots } from "./roots.ts";

/** What machine and kernel this is, for the record's header. */
export function readHost(roots: Roots): RecordHeader["host"] {
  return {
    hostname: Deno.hostname(),
    kernelRelease: Deno.osRelease(),
    machine: Deno.build.arch,
    bootId: bootIdOf(roots),
    pageBytes: pageBytesOf(roots),
  };
}

function pageBytesOf(roots: Roots): number {
  const found = /^KernelPageSize:\s+(\d+) kB/m.exec(readOptional(`${roots.proc}/self/smaps`) ?? "");
  return found ? Number(found[1]) * 1024 : 4096;
}

/** Changes with each boot: what was kept from an earlier one is stale. */
export function bootIdOf(roots: Roots): string {
  return readOptional(`${roots.proc}/sys/kernel/random/boot_id`) ?? "unknown";
}

/**
 * The kernel's build options `CONFIG_*` that are set (`y`, `m`), where they can be read: `/proc/config.gz`, or
 * `/boot/config-RELEASE`.
 */
export async function readKernelConfig(roots: Roots): Promise<Map<string, string> | undefined> {
  const text = await readConfigText(roots);
  if (text === undefined) return undefined;
  return new Map([...text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

async function readConfigText(roots: Roots): Promise<string | undefined> {
  try {
    const file = await Deno.open(`${roots.proc}/config.gz`);
    return await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
  } catch {
    return readOptional(`/boot/config-${Deno.osRelease()}`);
  }
}
