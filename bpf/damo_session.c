// SPDX-License-Identifier: MIT
/* What sends events to a ring: loads its BPF object, says who is watched, waits for its events and gives everything back. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "damo_session.h"

static int wait_for(struct damo_session *s, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int prepare(struct damo_session *s, size_t size)
{
	void *map;
	int err;

	err = damo_ring__open(&s->ring, bpf_map__fd(s->events), size, s->kind->event);
	if (err)
		return err;
	map = mmap(NULL, sizeof(*s->kdamonds) * DAMO_MAX_KDAMONDS, PROT_READ, MAP_SHARED, bpf_map__fd(s->kdamonds_map),
		   0);
	if (map == MAP_FAILED)
		return -errno;
	s->kdamonds = map;
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->epoll_fd < 0 || s->stop_fd < 0)
		return -errno;
	err = wait_for(s, s->stop_fd);
	return err ? err : wait_for(s, bpf_map__fd(s->events));
}

int damo_session__open(const struct damo_session_kind *kind, __u32 ring_bytes, __u32 argument, struct damo_session **to)
{
	size_t size = damo_ring__size(ring_bytes);
	struct damo_session *s;
	int err;

	if (ring_bytes > 1u << 30)
		return -E2BIG;
	damo_log__begin();
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->kind = kind;
	s->epoll_fd = s->stop_fd = -1;
	err = kind->open(s, size, argument);
	if (!err)
		err = bpf_map__set_max_entries(s->events, size);
	if (!err)
		err = damo_load(s->skeleton);
	if (!err)
		err = prepare(s, size);
	if (err) {
		damo_session__close(s);
		return err;
	}
	*to = s;
	return 0;
}

/* Its own from before, else nobody's yet, else the one that has been nobody's for longest. */
static struct damo_slot *slot_for(struct damo_session *s, __u32 pid)
{
	struct damo_slot *best = NULL;

	for (struct damo_slot *slot = s->slots; slot < s->slots + DAMO_MAX_KDAMONDS; slot++) {
		if (slot->pid == pid)
			return slot;
		if (!slot->is_watched && (!best || slot->unwatched < best->unwatched))
			best = slot;
	}
	return best;
}

/* What its kdamond has counted stays in the sums; the next one's events are counted from 0. */
static int empty(struct damo_session *s, __u32 slot)
{
	static const struct damo_kdamond none;
	const volatile struct damo_kdamond *k = &s->kdamonds[slot];
	struct damo_counters past = { .sent = k->sent, .dropped = k->dropped };
	int err = bpf_map_update_elem(bpf_map__fd(s->kdamonds_map), &slot, &none, BPF_EXIST);

	if (err)
		return err;
	s->past.sent += past.sent;
	s->past.dropped += past.dropped;
	return 0;
}

int damo_session__watch(struct damo_session *s, __u32 pid)
{
	struct damo_slot *slot = slot_for(s, pid);
	__u32 index = slot ? slot - s->slots : 0;
	int err;

	if (!slot)
		return -ENOSPC;
	if (slot->pid && slot->pid != pid && !s->kind->has_one_count) {
		err = empty(s, index);
		if (err)
			return err;
	}
	slot->pid = pid;
	err = bpf_map_update_elem(bpf_map__fd(s->watched), &pid, &index, BPF_ANY);
	if (!err)
		slot->is_watched = 1;
	return err;
}

int damo_session__unwatch(struct damo_session *s, __u32 pid)
{
	struct damo_slot *slot = slot_for(s, pid);
	int err = bpf_map_delete_elem(bpf_map__fd(s->watched), &pid);

	if (!err) {
		slot->is_watched = 0;
		slot->unwatched = ++s->unwatched;
	}
	return err;
}

int damo_session__keep(struct damo_session *s, struct bpf_link *link)
{
	size_t cap = s->cap_links ? s->cap_links * 2 : 16;
	struct bpf_link **links = s->links;

	if (!link)
		return -errno;
	if (s->nr_links == s->cap_links) {
		links = realloc(links, cap * sizeof(*links));
		if (!links) {
			bpf_link__destroy(link);
			return -ENOMEM;
		}
		s->links = links;
		s->cap_links = cap;
	}
	links[s->nr_links++] = link;
	return 0;
}

int damo_session__attach_perf(struct damo_session *s, struct bpf_program *program, struct perf_event_attr *attr,
			      int cpu, __u64 cookie)
{
	LIBBPF_OPTS(bpf_perf_event_opts, options, .bpf_cookie = cookie);
	int fd = syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	struct bpf_link *link;
	int err;

	if (fd < 0)
		return -errno;
	link = bpf_program__attach_perf_event_opts(program, fd, &options);
	err = damo_session__keep(s, link);
	/* A link has it, and closes it. */
	if (!link)
		close(fd);
	return err;
}

int damo_session__wait(struct damo_session *s, int timeout_ms)
{
	__u64 end = damo_clock_boottime_ns() + timeout_ms * 1000000ll;
	struct epoll_event events[2];
	long long left;
	int n;

	while ((n = epoll_wait(s->epoll_fd, events, 2, timeout_ms)) < 0) {
		if (errno != EINTR)
			return -errno;
		if (timeout_ms < 0)
			continue;
		left = (long long)(end - damo_clock_boottime_ns()) / 1000000;
		timeout_ms = left > 0 ? left : 0;
	}
	for (int i = 0; i < n; i++)
		if (events[i].data.fd == s->stop_fd)
			return -ECANCELED;
	return n > 0;
}

int damo_session__drain(struct damo_session *s, void *to, __u32 cap_bytes)
{
	int count = damo_ring__drain(&s->ring, to, cap_bytes);

	s->received += count;
	return count;
}

int damo_session__counters(struct damo_session *s, struct damo_counters *to)
{
	const volatile struct damo_kdamond *k = s->kdamonds;

	*to = s->past;
	to->received = s->received;
	to->malformed = s->ring.malformed;
	to->dropped += to->malformed;
	for (__u32 i = 0; i < DAMO_MAX_KDAMONDS; i++, k++) {
		to->sent += k->sent;
		to->dropped += k->dropped;
	}
	return 0;
}

int damo_session__stop(struct damo_session *s)
{
	return eventfd_write(s->stop_fd, 1) ? -errno : 0;
}

void damo_session__close(struct damo_session *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nr_links; i++)
		bpf_link__destroy(s->links[i]);
	free(s->links);
	if (s->kdamonds)
		munmap(s->kdamonds, sizeof(*s->kdamonds) * DAMO_MAX_KDAMONDS);
	damo_ring__close(&s->ring);
	if (s->stop_fd >= 0)
		close(s->stop_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	/* As destroy of each skeleton does, whatever its type. */
	if (s->skeleton)
		bpf_object__destroy_skeleton(s->skeleton);
	free(s->opened);
	free(s);
}
