import { checkKdamond, kdamondsOf } from "../../damon/mod.ts";
import { DebugfsInterface } from "../../kernel/control/debugfs_interface.ts";
import { SysfsInterface } from "../../kernel/control/sysfs_interface.ts";
import { FakeKernel } from "../fake_kernel.ts";
import { fakeRoots } from "../fake_sysfs.ts";
import { damonCommandLine } from "../damon_command_line.ts";
import { assertGolden } from "../golden_file.ts";

const PAGEOUT = "1234 --damos_action pageout";
/** Name → command line of `damo start`, as a person writes it. Where a name has a kernel, the tree is that one's. */
const CONFIGURATIONS: Readonly<Record<string, string>> = {
  "process": "1234",
  "process_intervals": "1234 -s 1ms -a 20ms -u 500ms -n 20 -m 300",
  "process_intervals_in_one": "1234 --monitoring_intervals 5000 100ms 1s --monitoring_nr_regions_range 10 500",
  "process_initial_regions": "1234 -r 4K-8K,0x7f0000000000-0x7f0000100000",
  "process_fixed_regions": "1234 --ops fvaddr -r 1G-2G",
  "two_targets": "--target_pid 1234 --target_pid 5678 --nr_targets 2",
  "two_kdamonds": "--target_pid 1234 --target_pid 5678 --nr_targets 1 1 -s 5ms -s 10ms -a 100ms -a 1s",
  "two_kdamonds_two_targets_each":
    "--target_pid 1 --target_pid 2 --target_pid 3 --target_pid 4 --nr_targets 2 2 --damos_action stat --nr_schemes 0 1",
  "paddr": "paddr",
  "paddr_regions": "paddr -r 4G-6G",
  "paddr_numa_node": "paddr --numa_node 0",
  "paddr_address_unit": "paddr -r 4G-6G --damon_addr_unit 4K",
  "intervals_autotune": "1234 --monitoring_intervals_autotune",
  "intervals_goal": "1234 --monitoring_intervals_goal 5% 4 5ms 1s",
  "refresh": "1234 --refresh_stat 500ms",
  "pause": "1234 --pause_ctx 0",
  "obsolete_target": "--target_pid 1 --target_pid 2 --nr_targets 2 --obsolete_targets 1",
  "probes": "1234 --probe_filter allow anon --probe_filter reject non memcg /a/b --nr_probe_filters 1 1 --nr_probes 2",
  "sample_primitives": "1234 --sample_primitives page_table page_fault",
  "pageout": `${PAGEOUT} --damos_sz_region 4K max --damos_access_rate 0% 0% --damos_age 60s max`,
  "pageout_quota": `${PAGEOUT} --damos_quotas 10ms 100M 1s 0 0 1000`,
  "pageout_quota_one_by_one": `${PAGEOUT} --damos_quota_time 10ms --damos_quota_space 1G --damos_quota_interval 1s`,
  "pageout_watermarks": `${PAGEOUT} --damos_wmarks free_mem_rate 5s 500 400 200`,
  "pageout_goals":
    `${PAGEOUT} --damos_quota_interval 1s --damos_quota_goal some_mem_psi_us 10ms --damos_quota_goal user_input 100 80`,
  "pageout_node_goals":
    "paddr --damos_action pageout --damos_quota_interval 1s --damos_quota_goal node_mem_free_bp 5% 0 " +
    "--damos_quota_goal node_memcg_used_bp 9950 1 /a/b --damos_quota_goal_tuner temporal",
  "pageout_filters":
    `${PAGEOUT} --damos_filter reject none anon --damos_filter allow memcg /a/b --damos_filter reject addr 4K 8K ` +
    "--damos_filter allow young --damos_filter reject target 0 --damos_filter allow hugepage_size 2M 4M",
  "pageout_old_filters_6.12": `${PAGEOUT} --damos_filter anon nomatching --damos_filter memcg matching /a/b reject`,
  "pageout_apply_interval": `${PAGEOUT} --damos_apply_interval 1s --damos_max_nr_snapshots 5`,
  "pageout_fail_charge": `${PAGEOUT} --damos_quotas 0 1G 1s --damos_quota_fail_charge_ratio 1 4096`,
  "thp": "1234 --damos_action hugepage --damos_access_rate 25% max --damos_action nohugepage --damos_access_rate 0 0",
  "lru_sort":
    "paddr --damos_action lru_prio --damos_action lru_deprio --damos_access_rate 50% max --damos_access_rate 0 0 " +
    "--damos_age min max --damos_age 2m max",
  "tiering": "paddr --damos_action migrate_hot 0 --damos_action migrate_cold 1",
  "tiering_several_nodes": "1234 --damos_action migrate_hot 0 50 1 50",
  "pageout_6.1": `${PAGEOUT} --damos_access_rate 0 0 --damos_age 60s max`,
};

function kdamondsFrom(line: string) {
  const [first, ...rest] = line.split(" ");
  const hasTarget = !first.startsWith("-");
  const { words } = damonCommandLine(hasTarget ? rest : [first, ...rest]);
  const kdamonds = kdamondsOf(words, {
    ...(hasTarget && { target: first === "paddr" ? first : { pid: Number(first) } }),
    ramRanges: () => [{ start: 2 ** 20, end: 2 ** 30 }, { start: 2 ** 32, end: 2 ** 33 }],
    nodeRanges: () => [{ start: 2 ** 32, end: 2 ** 33 }],
  });
  kdamonds.forEach(checkKdamond);
  return kdamonds;
}

for (const [name, line] of Object.entries(CONFIGURATIONS)) {
  Deno.test(`the writes of damo start ${line}`, async () => {
    const version = /_(6\.\d+)$/.exec(name)?.[1];
    using kernel = new FakeKernel(version ?? "7.2", version === undefined);
    // Staged once, so that its files tell what this kernel has.
    kernel.write(`${kernel.roots.damon}/admin/kdamonds/nr_kdamonds`, "1");
    kernel.write(`${kernel.roots.damon}/admin/kdamonds/0/contexts/nr_contexts`, "1");
    kernel.write(`${kernel.roots.damon}/admin/kdamonds/0/contexts/0/schemes/nr_schemes`, "1");
    const kdamonds = kdamondsFrom(line);
    const damon = new SysfsInterface(kernel.roots, kernel.write);
    damon.require(kdamonds);
    const plan = damon.startPlan(kdamonds).map(({ path, text }) =>
      `${path.slice(`${kernel.roots.damon}/admin/kdamonds/`.length)} ${text}`
    );
    await assertGolden(`plans/${name}.txt`, `# damo start ${line}\n${plan.join("\n")}\n`);
  });
}

/** What debugfs can do too. */
const BY_DEBUGFS = [
  "process",
  "process_initial_regions",
  "two_targets",
  "two_kdamonds",
  "paddr_regions",
  "pageout",
  "pageout_quota",
  "pageout_watermarks",
  "thp",
];

for (const name of BY_DEBUGFS) {
  Deno.test(`the writes of damo start --interface debugfs ${CONFIGURATIONS[name]}`, async () => {
    const files = ["attrs", "target_ids", "init_regions", "schemes", "mk_contexts", "monitor_on_DEPRECATED"];
    using roots = fakeRoots(Object.fromEntries(files.map((file) => [`debug/damon/${file}`, "\n"])));
    const damon = new DebugfsInterface(roots);
    const kdamonds = kdamondsFrom(CONFIGURATIONS[name]);
    damon.require(kdamonds);
    const plan = damon.startPlan(kdamonds).map(({ path, text }) => `${path.slice(roots.debugfs.length + 1)} ${text}`);
    await assertGolden(
      `plans/debugfs_${name}.txt`,
      `# damo start --interface debugfs ${CONFIGURATIONS[name]}\n${plan.join("\n")}\n`,
    );
  });
}
