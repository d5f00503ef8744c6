// SPDX-License-Identifier: MIT
/* Loads the profiler and attaches it to a clock on each processor. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <bpf/libbpf.h>
#include "damo_profiler.h"
#include "damo_tracer.h"
#include "profiler.h"

int damo_profiler__open(__u32 ring_bytes, __u32 everyone, struct damo_tracer **to)
{
	return damo_tracer__open_object(&(struct damo_object){ .name = "damo_profiler",
							       .from = damo_profiler_object,
							       .to = damo_profiler_object_end,
							       .event = sizeof(struct damo_sample),
							       .everyone = everyone },
					ring_bytes, to);
}

static int attach_to(struct damo_tracer *t, int cpu, __u32 hz)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.freq = 1,
		.sample_freq = hz,
		.exclude_idle = 1,
	};
	struct bpf_link *link;
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return -errno;
	link = bpf_program__attach_perf_event(bpf_object__find_program_by_name(t->object, "sampled"), fd);
	if (!link) {
		int err = -errno;

		close(fd);
		return err;
	}
	t->links[t->nr_links++] = link;
	return 0;
}

int damo_profiler__attach(struct damo_tracer *t, __u32 hz)
{
	int processors = libbpf_num_possible_cpus(), err;

	if (processors < 0)
		return processors;
	if (t->nr_links)
		return -EALREADY;
	for (int cpu = 0; cpu < processors && t->nr_links < DAMO_MAX_LINKS; cpu++) {
		err = attach_to(t, cpu, hz);
		/* One that is off. */
		if (err && err != -ENODEV)
			return err;
	}
	return t->nr_links ? t->nr_links : -ENODEV;
}
