import { NOT_YET, SYSFS_FEATURES, SYSFS_WORDS, type SysfsFeature, type WordFeature } from "../../damon/mod.ts";
import { type DoctorSection, type FeatureRow, type KernelTypes, type Roots, rowOf } from "../machine/mod.ts";
import { findFeature, type Finding, findWord } from "../control/mod.ts";

/**
 * What DAMON's sysfs interface can do here, without staging anything: by the files of a kdamond that somebody staged,
 * else by the kernel's types.
 */
export function sysfsFeatures(roots: Roots, types: KernelTypes | undefined): DoctorSection {
  const rows = Object.values<SysfsFeature>(SYSFS_FEATURES).map((feature) => featureRow(roots, feature, types));
  return { title: "DAMON by sysfs", isList: true, rows: [...rows, ...wordRows(types)] };
}

function featureRow(roots: Roots, feature: SysfsFeature, types: KernelTypes | undefined): FeatureRow {
  return sinceRow(feature.name, feature.since, findFeature(roots, feature, types));
}

function wordRows(types: KernelTypes | undefined): FeatureRow[] {
  return Object.values<WordFeature>(SYSFS_WORDS).flatMap((list) =>
    Object.entries(list.words).map(([word, since]) =>
      sinceRow(`${list.name}: ${word}`, since, findWord(list, word, types))
    )
  );
}

const SOURCES = { files: "the files of a staged kdamond", types: "the kernel's types (BTF)", nothing: "nothing" };

function sinceRow(feature: string, since: string, { has, by }: Finding): FeatureRow {
  const first = since === NOT_YET ? "a kernel after 7.3" : `Linux ${since}`;
  if (has === undefined) {
    const why = `${first} has it first; only a staged kdamond, or BTF, would tell`;
    return { ...rowOf(feature, "unknown", why, "boot a kernel with CONFIG_DEBUG_INFO_BTF=y"), since };
  }
  const next = `boot ${first}${since === NOT_YET ? "" : " or newer"}`;
  return { ...rowOf(feature, has ? "yes" : "no", `by ${SOURCES[by]}`, has ? null : next), since };
}
