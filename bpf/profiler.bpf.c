// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Samples what the watched processes run: a clock's event on each processor. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "check_layouts.h"
#include "profiler.h"
#include "maps.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* Known when the program is loaded: whether all processes are sampled. */
const volatile __u64 everyone;

SEC("perf_event")
int sampled(void *ctx)
{
	__u64 both = bpf_get_current_pid_tgid();
	__u32 first = 0, pid = both >> 32;
	struct damo_kdamond *counts = bpf_map_lookup_elem(&kdamonds, &first);
	struct damo_sample *s;
	long bytes;

	/* Without a process it is a processor that has nothing to do. */
	if (!counts || !pid || (!everyone && !bpf_map_lookup_elem(&watched, &pid)))
		return 0;
	__sync_fetch_and_add(&counts->sent, 1);
	s = bpf_ringbuf_reserve(&events, sizeof(*s), 0);
	if (!s) {
		__sync_fetch_and_add(&counts->dropped, 1);
		return 0;
	}
	s->time_ns = bpf_ktime_get_boot_ns();
	s->dropped = counts->dropped;
	s->pid = pid;
	s->tid = (__u32)both;
	/* What is beyond the numbers is whatever was there before. */
	bytes = bpf_get_stack(ctx, s->kernel, sizeof(s->kernel), 0);
	s->nr_kernel = bytes > 0 ? bytes / sizeof(__u64) : 0;
	bytes = bpf_get_stack(ctx, s->user, sizeof(s->user), BPF_F_USER_STACK);
	s->nr_user = bytes > 0 ? bytes / sizeof(__u64) : 0;
	/* A reader comes when it has something to write anyway. */
	bpf_ringbuf_submit(s, BPF_RB_NO_WAKEUP);
	return 0;
}
