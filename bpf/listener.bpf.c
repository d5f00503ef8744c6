// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Sends the records of tracepoints to a ring buffer, whatever is in them. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "check_layouts.h"
#include "listener.h"
#include "maps.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* Known when the program is loaded: whether all threads are listened to. */
const volatile __u64 everyone;

SEC("tp")
int heard(void *ctx)
{
	__u32 first = 0, pid = (__u32)bpf_get_current_pid_tgid();
	struct damo_kdamond *counts = bpf_map_lookup_elem(&kdamonds, &first);
	struct damo_heard *e;

	if (!counts || (!everyone && !bpf_map_lookup_elem(&watched, &pid)))
		return 0;
	__sync_fetch_and_add(&counts->sent, 1);
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		__sync_fetch_and_add(&counts->dropped, 1);
		return 0;
	}
	e->tracepoint = bpf_get_attach_cookie(ctx);
	e->pid = pid;
	e->time_ns = bpf_ktime_get_boot_ns();
	e->dropped = counts->dropped;
	e->cpu = bpf_get_smp_processor_id();
	e->unused = 0;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	/* What is behind a shorter record in its processor's buffer is read along, and ignored. */
	if (bpf_probe_read_kernel(e->record, sizeof(e->record), ctx))
		__builtin_memset(e->record, 0, sizeof(e->record));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
