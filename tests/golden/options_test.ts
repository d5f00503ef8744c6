import { messageOf } from "../../cli/terminal/exit.ts";
import { checkKdamond, type Kdamond, kdamondsOf } from "../../damon/mod.ts";
import { formatKdamondsYaml } from "../../format/config/kdamonds.ts";
import { damonCommandLine } from "../damon_command_line.ts";
import { assertGolden } from "../golden_file.ts";

const GiB = 2 ** 30;

/** Command lines, most of them as users of the Python damo write them; the target comes last. */
const LINES = [
  "42",
  "paddr",
  "--ops vaddr --target_pid 42",
  "--regions 4G-5G 42",
  "--ops fvaddr --regions=1K-4,096 42",
  "-s 1000 -a 20ms -u 2s -n 20 -m 1,500 paddr",
  "--monitoring_intervals 5ms 100ms 1s --aggr 200ms 42",
  "--monitoring_nr_regions_range 25 5000 42",
  "--monitoring_intervals_goal 4% 3 5ms 10s 42",
  "--monitoring_intervals_goal 400 3 5000 10000000 42",
  "--monitoring_intervals_autotune 42",
  "--numa_node 0 2 paddr",
  "--damon_addr_unit 4K --refresh_stat 100 --pause_ctx 0 paddr",
  "--sample_primitives page_fault 42",
  "--probe_filter allow anon --probe_filter reject non memcg /a --nr_probe_filters 1 1 --probe_weights default 2 paddr",
  "--target_pid 1 --target_pid 2 --obsolete_targets 1",
  "--target_pid 1 --target_pid 2 --nr_targets 1 1 -s 5ms -s 10ms",
  "--damos_action pageout --damos_sz_region 4K max --damos_access_rate 0% 0% --damos_age 60s max 42",
  "--damos_action pageout --damos_access_rate 0 25 --damos_age 5000000 1m 42",
  "--damos_action stat --damos_access_rate 3samples 7samples --damos_age 13intervals max 42",
  "--damos_action migrate_hot 0 --damos_access_rate 5% max paddr",
  "--damos_action migrate_cold 0 100 1 50 paddr",
  "42 --damos_action stat --damos_quotas 10",
  "--damos_action stat --damos_quotas 10ms 100M 1s 0 30% 70% 42",
  "--damos_action stat --damos_quota_interval 1s --damos_quota_space 200MB 42",
  "--damos_action stat --damos_quota_interval 1s --damos_quota_time 10 --damos_quota_weights 0 1 1 42",
  "--damos_action stat --damos_quota_interval 1s --damos_quota_goal user_input 100 50 --damos_quota_goal some_mem_psi_us 10ms 42",
  "--damos_action stat --damos_quota_interval 1s --damos_quota_goal node_memcg_used_bp 99.7% 0 /a/b --damos_quota_goal_tuner temporal 42",
  "--damos_action stat --damos_quota_interval 1s --damos_quota_space 1G --damos_quota_fail_charge_ratio 1 10 42",
  "--damos_action stat --damos_wmarks free_mem_rate 5s 50% 400 200 42",
  "--damos_action stat --damos_filter allow anon reject none young deny unmapped block target 0 42",
  "--damos_action stat --damos_filter allow addr 1G 2G --damos_filter reject none memcg /a/b 42",
  "--damos_action stat --damos_filter memcg nomatching /a/b allow --damos_filter anon matching 42",
  "--damos_action stat --damos_apply_interval 500ms --damos_max_nr_snapshots 10 42",
  "--damos_action stat --damos_action cold --damos_age 1s max --damos_filter allow anon --damos_filter reject young --damos_nr_filters 0 2 --ops vaddr --target_pid 42",
  // From here on: mistakes.
  "--ops maddr 42",
  "-s 5x 42",
  "-s 1s 42",
  "-n 2 42",
  "--monitoring_intervals 5ms 100ms --minr 10 42",
  "--target_pid 1 42",
  "--regions 4G paddr",
  "--regions 5G-4G paddr",
  "--ops fvaddr 42",
  "--damon_addr_unit 4K 42",
  "--nr_targets 2 paddr",
  "--obsolete_targets 3 42",
  "--damos_age 1s max 42",
  "--damos_action foo 42",
  "--damos_action migrate_hot paddr",
  "42 --damos_action stat --damos_age 1s",
  "--damos_action stat --damos_age 1s max --damos_age 1s max 42",
  "--damos_action stat --damos_age 2s 1s 42",
  "--damos_action stat --damos_quotas 1ms --damos_quota_space 1M 42",
  "--damos_action stat --damos_quota_goal active_mem_bp 50% 42",
  "--damos_action stat --damos_quota_interval 1s --damos_quota_goal node_mem_free_bp 1% --ops paddr",
  "--damos_action stat --damos_wmarks foo 0 0 0 0 42",
  "42 --damos_action stat --damos_filter foo",
  "--damos_action stat --damos_filter allow memcg a/b 42",
  "--damos_action stat --damos_action stat --damos_filter allow anon 42",
  "--sample 5ms --sample 10ms --damos_action stat --target_pid 1 --target_pid 2",
];

function parse(line: string): Kdamond[] {
  const { words, target } = damonCommandLine(line.split(" "));
  const kdamonds = kdamondsOf(words, {
    ...(target !== undefined && { target: target === "paddr" ? target : { pid: Number(target) } }),
    ramRanges: () => [{ start: 4 * GiB, end: 25 * GiB }],
    nodeRanges: (nids) => nids.map((nid) => ({ start: (nid + 1) * 8 * GiB, end: (nid + 2) * 8 * GiB })),
  });
  kdamonds.forEach(checkKdamond);
  return kdamonds;
}

Deno.test("options make the configurations that are known, and each mistake is a sentence that names the option", async () => {
  const lines: string[] = [];
  for (const line of LINES) {
    let text: string;
    try {
      text = (await formatKdamondsYaml(parse(line), { omitDefaults: true })).replace("kdamonds:\n", "");
    } catch (error) {
      text = `${(error as Error).name}: ${messageOf(error)}\n`;
    }
    lines.push(`$ ${line}\n${text}`);
  }
  await assertGolden("options.txt", lines.join("\n"));
});
