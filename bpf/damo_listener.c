// SPDX-License-Identifier: MIT
/* The listener: attaches to tracepoints by their ids. */
#include <errno.h>
#include <linux/perf_event.h>
#include <bpf/libbpf.h>
#include "damo_listener.h"
#include "damo_session.h"
#include "listener.h"
#include "listener.skel.h"

static int open_listener(struct damo_session *s, __u32 ring_bytes, __u32 everyone)
{
	struct listener_bpf *skel = listener_bpf__open();

	(void)ring_bytes;
	if (!skel)
		return -errno;
	skel->rodata->everyone = everyone;
	return damo_session__take(s, skel);
}

int damo_listener__open(__u32 ring_bytes, __u32 everyone, struct damo_session **to)
{
	static const struct damo_session_kind listener = { .event = sizeof(struct damo_heard),
							   .has_one_count = 1,
							   .open = open_listener };

	return damo_session__open(&listener, ring_bytes, everyone, to);
}

int damo_listener__attach(struct damo_session *s, __u32 id, __u32 number)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .config = id };
	const struct listener_bpf *skel = s->opened;

	/* One processor's event is enough: the program runs on each. */
	return damo_session__attach_perf(s, skel->progs.heard, &attr, 0, number);
}
