// SPDX-License-Identifier: MIT
/* Loads the listener and attaches it to tracepoints by their ids. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <bpf/libbpf.h>
#include "damo_listener.h"
#include "damo_tracer.h"
#include "listener.h"

static int load(struct damo_tracer *t, size_t size, __u32 everyone)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "damo_listener");
	__u64 *constant;
	size_t constant_size = 0;
	int err;

	t->object =
		bpf_object__open_mem(damo_listener_object, damo_listener_object_end - damo_listener_object, &options);
	if (!t->object)
		return -errno;
	err = bpf_map__set_max_entries(bpf_object__find_map_by_name(t->object, "events"), size);
	if (err)
		return err;
	constant = (void *)bpf_map__initial_value(bpf_object__find_map_by_name(t->object, ".rodata"), &constant_size);
	if (constant_size != sizeof(*constant))
		return -EINVAL;
	*constant = everyone;
	return bpf_object__load(t->object);
}

int damo_listener__open(__u32 ring_bytes, __u32 everyone, struct damo_tracer **to)
{
	size_t size = damo_ring__size(ring_bytes);
	struct damo_tracer *t;
	int err;

	if (ring_bytes > 1u << 30)
		return -E2BIG;
	damo_log__begin();
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->epoll_fd = t->stop_fd = t->emit_fd = -1;
	err = load(t, size, everyone);
	if (!err)
		err = damo_tracer__prepare(t, size, sizeof(struct damo_heard));
	if (err) {
		damo_tracer__close(t);
		return err;
	}
	*to = t;
	return 0;
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
