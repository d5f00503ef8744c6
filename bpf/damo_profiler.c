// SPDX-License-Identifier: MIT
/* The profiler: attaches to a clock on each processor. */
#include <errno.h>
#include <linux/perf_event.h>
#include <bpf/libbpf.h>
#include "damo_profiler.h"
#include "damo_session.h"
#include "profiler.h"
#include "profiler.skel.h"

static int open_profiler(struct damo_session *s, __u32 ring_bytes, __u32 everyone)
{
	struct profiler_bpf *skel = profiler_bpf__open();

	(void)ring_bytes;
	if (!skel)
		return -errno;
	skel->rodata->everyone = everyone;
	return damo_session__take(s, skel);
}

int damo_profiler__open(__u32 ring_bytes, __u32 everyone, struct damo_session **to)
{
	static const struct damo_session_kind profiler = { .event = sizeof(struct damo_sample),
							   .has_one_count = 1,
							   .open = open_profiler };

	return damo_session__open(&profiler, ring_bytes, everyone, to);
}

int damo_profiler__attach(struct damo_session *s, __u32 hz)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.freq = 1,
		.sample_freq = hz,
		.exclude_idle = 1,
	};
	const struct profiler_bpf *skel = s->opened;
	int processors = libbpf_num_possible_cpus(), err;

	if (processors < 0)
		return processors;
	if (s->nr_links)
		return -EALREADY;
	for (int cpu = 0; cpu < processors; cpu++) {
		err = damo_session__attach_perf(s, skel->progs.sampled, &attr, cpu, 0);
		/* One that is off. */
		if (err && err != -ENODEV)
			return err;
	}
	return s->nr_links ? (int)s->nr_links : -ENODEV;
}
