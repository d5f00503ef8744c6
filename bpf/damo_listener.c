// SPDX-License-Identifier: MIT
/* Loads the listener and attaches it to tracepoints by their ids. */
#include <errno.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <bpf/libbpf.h>
#include "damo_listener.h"
#include "damo_tracer.h"
#include "listener.h"

int damo_listener__open(__u32 ring_bytes, __u32 everyone, struct damo_tracer **to)
{
	return damo_tracer__open_object(&(struct damo_object){ .name = "damo_listener",
							       .from = damo_listener_object,
							       .to = damo_listener_object_end,
							       .event = sizeof(struct damo_heard),
							       .everyone = everyone },
					ring_bytes, to);
}

int damo_listener__attach(struct damo_tracer *t, __u32 id, __u32 number)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .config = id };
	LIBBPF_OPTS(bpf_perf_event_opts, options, .bpf_cookie = number);
	struct bpf_link *link;
	int fd;

	if (t->nr_links == DAMO_MAX_LINKS)
		return -ENOSPC;
	/* One processor's event is enough: the program runs on each. */
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	link = bpf_program__attach_perf_event_opts(bpf_object__find_program_by_name(t->object, "heard"), fd, &options);
	if (!link) {
		int err = -errno;

		close(fd);
		return err;
	}
	t->links[t->nr_links++] = link;
	return 0;
}
