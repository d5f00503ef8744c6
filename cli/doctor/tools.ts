import {
  bootIdOf,
  type DoctorSection,
  exists,
  type FeatureRow,
  readOptional,
  type Roots,
  rowOf,
} from "../../kernel/machine/mod.ts";
import { installSection } from "./install.ts";
import { CHECKOUT, TOOL } from "../terminal/mod.ts";

/** What of this machine's programs and files the tool uses. */
export async function toolSections(roots: Roots): Promise<DoctorSection[]> {
  return [
    installSection({
      folder: CHECKOUT,
      deno: Deno.execPath(),
      cache: denoCache(),
      uid: Deno.uid() ?? 0,
      env: (name) => Deno.env.get(name),
    }),
    { title: "Programs", rows: [denoRow(), await fontRow(), workloadRow()] },
    { title: "The lab, DAMON in a virtual machine", rows: labRows(roots) },
  ];
}

/** As Deno finds it. */
function denoCache(): string {
  const { DENO_DIR, XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  return DENO_DIR || `${XDG_CACHE_HOME || `${HOME || "/root"}/.cache`}/deno`;
}

function denoRow(): FeatureRow {
  return rowOf("Deno", "yes", `${Deno.version.deno}, for ${TOOL}; 2.9 is enough`);
}

async function fontRow(): Promise<FeatureRow> {
  try {
    const { loadFonts } = await import("../../draw/fonts.ts");
    await loadFonts();
    return rowOf("fonts, for pictures", "yes", "DejaVu Sans, with the program");
  } catch (error) {
    return rowOf("fonts, for pictures", "no", (error as Error).message, "make build");
  }
}

function workloadRow(): FeatureRow {
  return exists(`${CHECKOUT}build/workload`)
    ? rowOf("workload generator", "yes", "damo workload, make demo")
    : rowOf("workload generator", "no", "not built", "make build");
}

/** As lab/run looks for them. */
function labRows(roots: Roots): FeatureRow[] {
  const path = (Deno.env.get("PATH") ?? "").split(":");
  const programs = [
    ["qemu", path.map((dir) => `${dir}/qemu-system-x86_64`), "qemu-system-x86"],
    ["virtiofsd", ["/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd"], "qemu-system-common (or: virtiofsd)"],
    ["busybox", ["/bin/busybox"], "busybox-static"],
  ] as const;
  const rows = programs.map(([feature, places, debian]) => {
    const found = places.find(exists);
    return found ? rowOf(feature, "yes", found) : rowOf(feature, "no", "not installed", `apt-get install ${debian}`);
  });
  return [...rows, ...kernelRows(roots)];
}

function kernelRows(roots: Roots): FeatureRow[] {
  const cache = Deno.env.get("DAMO_LAB_CACHE") ?? `${CHECKOUT}.cache/lab`;
  const kernel = exists(`${cache}/debian/complete`)
    ? rowOf("its kernel", "yes", "Debian's 6.12 is fetched")
    : rowOf("its kernel", "no", "not fetched yet; the first damo lab does that (34 MB)", "damo lab -- uname -r");
  if (!exists("/dev/kvm")) {
    return [
      kernel,
      rowOf("KVM", "no", "no /dev/kvm: the lab emulates, some ten times slower", "modprobe kvm_intel, or kvm_amd"),
    ];
  }
  const [boot, accelerator] = readOptional(`${cache}/accel`)?.split(" ") ?? [];
  if (boot !== bootIdOf(roots)) {
    return [kernel, rowOf("KVM", "unknown", "/dev/kvm is there; the first damo lab tries it")];
  }
  return [
    kernel,
    accelerator === "kvm"
      ? rowOf("KVM", "yes", "the lab runs at full speed")
      : rowOf("KVM", "no", "/dev/kvm is there and does not work: the lab emulates, some ten times slower"),
  ];
}
