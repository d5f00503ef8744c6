import { type DoctorSection, exists, type FeatureRow, rowOf } from "../../kernel/machine/mod.ts";

/** Where this program is and as whom it runs. */
export interface Installation {
  /** The folder of the checkout or of the package, with `/` at its end. */
  folder: string;
  /** The running Deno's file. */
  deno: string;
  /** The cache of Deno. */
  cache: string;
  /** The user's number. */
  uid: number;
  env: (name: string) => string | undefined;
}

/** What set-up and `make build` have made, and whether it is whole. */
export function installSection(at: Installation): DoctorSection {
  return {
    title: "This installation",
    rows: [folderRow(at), denoRow(at), packagesRow(at), ownerRow(at), authoritiesRow(at), ...programRows(at)],
  };
}

const isPackage = ({ folder }: Installation) => exists(`${folder}.package`);
/** The command that brings what is missing, in a checkout or in a package. */
const remedy = (at: Installation) => isPackage(at) ? `${at.folder}setup deno` : "make build";

function folderRow(at: Installation): FeatureRow {
  if (isPackage(at)) return rowOf("installed", "yes", `a package, in ${at.folder}`);
  return rowOf("installed", "yes", `a checkout, in ${at.folder}; make package makes what runs without it`);
}

function denoRow({ folder, deno }: Installation): FeatureRow {
  const isOwn = deno.startsWith(`${folder}.deno/`);
  const size = isOwn ? textOf(`${folder}.deno/size`)?.trim() : undefined;
  if (size !== undefined && sizeOf(deno) !== Number(size)) {
    return rowOf("its Deno", "no", `${deno} is damaged: ${sizeOf(deno)} bytes of ${size}`, "make build");
  }
  return rowOf("its Deno", "yes", isOwn ? "installed by set-up" : deno);
}

function packagesRow(at: Installation): FeatureRow {
  const wanted = lockedPackages(textOf(`${at.folder}deno.lock`) ?? "{}");
  const hosts = foldersIn(`${at.cache}/npm`);
  const missing = wanted.filter((name) =>
    !hosts.some((host) => exists(`${at.cache}/npm/${host}/${name}/package.json`))
  );
  if (missing.length === 0) {
    return rowOf("npm's packages", "yes", `all ${wanted.length}, in ${at.cache}: no network is needed`);
  }
  const some = missing.slice(0, 3).map((name) => name.replace(/\/([^/]*)$/, " $1")).join(", ");
  const more = missing.length > 3 ? `, and ${missing.length - 3} more` : "";
  return rowOf("npm's packages", "no", `${some}${more} not in ${at.cache}: fetched when first used`, remedy(at));
}

/** The packages that deno.lock pins, as folders `name/version`. */
export function lockedPackages(lock: string): string[] {
  const { npm = {} } = JSON.parse(lock) as { npm?: Record<string, unknown> };
  return Object.keys(npm).map((key) => key.replace(/^(@?[^@]+)@([^_]+).*$/, "$1/$2"));
}

/** Whether all that was made here is the user's, which `make` needs. */
function ownerRow(at: Installation): FeatureRow {
  if (isPackage(at)) return rowOf("its files", "yes", "for all users");
  const made = ["build", ".deno", ".cache"].map((name) => at.folder + name).filter(exists);
  const foreign = made.flatMap((path) => [path, ...foldersIn(path).map((name) => `${path}/${name}`)])
    .find((path) => at.uid !== 0 && Deno.lstatSync(path).uid === 0 && !Deno.lstatSync(path).isSymlink);
  if (foreign !== undefined) {
    const command = `sudo chown -R -h $(id -un): ${at.folder}`;
    return rowOf("its files", "no", `${foreign} belongs to root: make build and make clean will fail`, command);
  }
  const sudo = at.uid === 0 && at.env("SUDO_UID")
    ? `what this writes belongs to ${at.env("SUDO_USER")}, who ran sudo`
    : "";
  return rowOf("its files", "yes", sudo || "belong to this user, or to root who runs this");
}

function authoritiesRow({ env }: Installation): FeatureRow {
  const store = env("DENO_TLS_CA_STORE") ?? "mozilla";
  const isSystem = store.split(",").includes("system");
  return rowOf(
    "certificate authorities",
    "yes",
    isSystem ? "Mozilla's, and this machine's own" : `${store}: not this machine's own`,
    isSystem ? null : "DENO_TLS_CA_STORE=mozilla,system",
  );
}

/** What `make build` and `make test` call. */
function programRows(at: Installation): FeatureRow[] {
  if (isPackage(at)) return [];
  // bpftool is where only root has it on the PATH.
  const path = [...(at.env("PATH") ?? "").split(":"), "/usr/sbin"];
  const groups = [
    ["for make build", ["cc", "clang", "bpftool"], "sudo ./setup build"],
    ["for make test", ["jq", "zsh", "fish", "jupyter-nbconvert", "man"], "sudo ./setup test"],
  ] as const;
  return groups.map(([feature, names, next]) => {
    const missing = names.filter((name) => !path.some((folder) => exists(`${folder}/${name}`)));
    return missing.length === 0
      ? rowOf(feature, "yes", names.join(", "))
      : rowOf(feature, "no", `not installed: ${missing.join(", ")}`, next);
  });
}

function foldersIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return [];
  }
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
