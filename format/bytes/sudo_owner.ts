import { lchownSync } from "node:fs";
import { dirname } from "node:path";
import { exists } from "./output_file.ts";

/** Who ran sudo, by number. */
export interface SudoUser {
  uid: number;
  gid: number;
}

/**
 * Who ran sudo to start this program; `undefined` where nobody did, where it was root, and where this program may not know (it
 * needs `--allow-env=SUDO_UID,SUDO_GID` and `--allow-sys=uid`, and does not ask for them).
 */
export function sudoUser(): SudoUser | undefined {
  const needed = [
    { name: "env", variable: "SUDO_UID" },
    { name: "env", variable: "SUDO_GID" },
    { name: "sys", kind: "uid" },
  ] as const;
  if (needed.some((permission) => Deno.permissions.querySync(permission).state !== "granted")) return undefined;
  if (Deno.uid() !== 0) return undefined;
  const [uid, gid] = ["SUDO_UID", "SUDO_GID"].map((name) => Deno.env.get(name) ?? "");
  if (!/^[1-9]\d{0,9}$/.test(uid) || !/^\d{1,10}$/.test(gid)) return undefined;
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * For a file that is about to be written: what it returns, called when the file is there, gives it to who ran sudo, so that they
 * can read, rename and remove it without sudo. A file that was there before keeps its owner, and a link is not followed.
 */
export function sudoOwner(path: string): () => void {
  const user = sudoUser();
  if (user === undefined || exists(path)) return () => {};
  return () => give(path, user);
}

/** Makes a folder and those above it that are missing; they belong to who ran sudo. */
export function makeFolder(path: string): void {
  const made: string[] = [];
  for (let folder = path; !exists(folder); folder = dirname(folder)) made.unshift(folder);
  Deno.mkdirSync(path, { recursive: true });
  const user = sudoUser();
  if (user) { for (const folder of made) give(folder, user); }
}

function give(path: string, { uid, gid }: SudoUser): void {
  try {
    lchownSync(path, uid, gid);
  } catch { /* file systems without owners, such as FAT; and what is gone already */ }
}
