// SPDX-License-Identifier: MIT
/* Loads the BPF object, attaches it, waits for its events and gives everything back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "damo_tracer.h"

static const struct {
	const char *program, *tracepoint;
	__u32 bit;
	__u32 layout; /* for damon_aggregated */
} programs[] = {
	{ "aggregated_t_r_nr", "damon_aggregated", DAMO_TP_AGGREGATED, DAMO_LAYOUT_T_R_NR },
	{ "aggregated_t_id_r_nr", "damon_aggregated", DAMO_TP_AGGREGATED, DAMO_LAYOUT_T_ID_R_NR },
	{ "aggregated_id_r_nr", "damon_aggregated", DAMO_TP_AGGREGATED, DAMO_LAYOUT_ID_R_NR },
	{ "intervals_tuned", "damon_monitor_intervals_tune", DAMO_TP_INTERVALS_TUNE, 0 },
	{ "scheme_applied", "damos_before_apply", DAMO_TP_BEFORE_APPLY, 0 },
	{ "scheme_quota", "damos_esz", DAMO_TP_ESZ, 0 },
};

#define NR_PROGRAMS (sizeof(programs) / sizeof(*programs))

static int is_wanted(const struct damo_detected *detected, size_t i)
{
	return (detected->tracepoints & programs[i].bit) &&
	       (!programs[i].layout || programs[i].layout == detected->layout);
}

static int load(struct damo_tracer *t, size_t size, __u32 test)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "damo");
	struct damo_constants *constants;
	size_t constants_size = 0;
	/* A test has the verifier look at the programs for other kernels as well. */
	bool all = test && t->detected.tracepoints;
	int err;

	t->object = bpf_object__open_mem(damo_object, damo_object_end - damo_object, &options);
	if (!t->object)
		return -errno;
	for (size_t i = 0; i < NR_PROGRAMS; i++)
		bpf_program__set_autoload(bpf_object__find_program_by_name(t->object, programs[i].program),
					  all || is_wanted(&t->detected, i));
	bpf_program__set_autoload(bpf_object__find_program_by_name(t->object, "emit_test"), test);
	err = bpf_map__set_max_entries(bpf_object__find_map_by_name(t->object, "events"), size);
	if (err)
		return err;
	constants = (void *)bpf_map__initial_value(bpf_object__find_map_by_name(t->object, ".rodata"), &constants_size);
	if (constants_size != sizeof(*constants))
		return -EINVAL;
	constants->wakeup_bytes = size / 2;
	constants->scheme_idx_sound = t->detected.scheme_idx_sound;
	return damo_load(t->object);
}

static int map_fd(const struct damo_tracer *t, const char *name)
{
	return bpf_object__find_map_fd_by_name(t->object, name);
}

static int wait_for(struct damo_tracer *t, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int damo_tracer__prepare(struct damo_tracer *t, size_t size, size_t event)
{
	void *map;
	int err;

	err = damo_ring__open(&t->ring, map_fd(t, "events"), size, event);
	if (err)
		return err;
	map = mmap(NULL, sizeof(struct damo_kdamond) * DAMO_MAX_KDAMONDS, PROT_READ, MAP_SHARED, map_fd(t, "kdamonds"),
		   0);
	if (map == MAP_FAILED)
		return -errno;
	t->kdamonds = map;
	t->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	t->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (t->epoll_fd < 0 || t->stop_fd < 0)
		return -errno;
	err = wait_for(t, t->stop_fd);
	return err ? err : wait_for(t, map_fd(t, "events"));
}

int damo_tracer__open(__u32 ring_bytes, __u32 test, struct damo_tracer **to)
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
	err = damo_detect(&t->detected);
	if (err && test)
		err = 0;
	if (!err)
		err = load(t, size, test);
	if (!err)
		err = damo_tracer__prepare(t, size, sizeof(struct damo_event));
	if (!err && test)
		t->emit_fd = bpf_program__fd(bpf_object__find_program_by_name(t->object, "emit_test"));
	if (err) {
		damo_tracer__close(t);
		return err;
	}
	*to = t;
	return 0;
}

static int load_object(struct damo_tracer *t, const struct damo_object *object, size_t size)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = object->name);
	__u64 *constant;
	size_t constant_size = 0;
	int err;

	t->object = bpf_object__open_mem(object->from, object->to - object->from, &options);
	if (!t->object)
		return -errno;
	err = bpf_map__set_max_entries(bpf_object__find_map_by_name(t->object, "events"), size);
	if (err)
		return err;
	constant = (void *)bpf_map__initial_value(bpf_object__find_map_by_name(t->object, ".rodata"), &constant_size);
	if (constant_size != sizeof(*constant))
		return -EINVAL;
	*constant = object->everyone;
	return damo_load(t->object);
}

int damo_tracer__open_object(const struct damo_object *object, __u32 ring_bytes, struct damo_tracer **to)
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
	t->has_one_count = 1;
	err = load_object(t, object, size);
	if (!err)
		err = damo_tracer__prepare(t, size, object->event);
	if (err) {
		damo_tracer__close(t);
		return err;
	}
	*to = t;
	return 0;
}

/* Its own from before, else nobody's yet, else the one that has been nobody's for longest. */
static struct damo_slot *slot_for(struct damo_tracer *t, __u32 kdamond)
{
	struct damo_slot *best = NULL;

	for (struct damo_slot *slot = t->slots; slot < t->slots + DAMO_MAX_KDAMONDS; slot++) {
		if (slot->pid == kdamond)
			return slot;
		if (!slot->is_watched && (!best || slot->unwatched < best->unwatched))
			best = slot;
	}
	return best;
}

/* What its kdamond has counted stays in the sums; the next one's events are counted from 0. */
static int empty(struct damo_tracer *t, __u32 slot)
{
	static const struct damo_kdamond none;
	const volatile struct damo_kdamond *k = &t->kdamonds[slot];
	struct damo_counters past = { .sent = k->sent, .dropped = k->dropped };
	int err = bpf_map_update_elem(map_fd(t, "kdamonds"), &slot, &none, BPF_EXIST);

	if (err)
		return err;
	t->past.sent += past.sent;
	t->past.dropped += past.dropped;
	return 0;
}

int damo_tracer__watch(struct damo_tracer *t, __u32 kdamond)
{
	struct damo_slot *slot = slot_for(t, kdamond);
	__u32 index = slot ? slot - t->slots : 0;
	int err;

	if (!slot)
		return -ENOSPC;
	if (slot->pid && slot->pid != kdamond && !t->has_one_count) {
		err = empty(t, index);
		if (err)
			return err;
	}
	slot->pid = kdamond;
	err = bpf_map_update_elem(map_fd(t, "watched"), &kdamond, &index, BPF_ANY);
	if (!err)
		slot->is_watched = 1;
	return err;
}

int damo_tracer__unwatch(struct damo_tracer *t, __u32 kdamond)
{
	struct damo_slot *slot = slot_for(t, kdamond);
	int err = bpf_map_delete_elem(map_fd(t, "watched"), &kdamond);

	if (!err) {
		slot->is_watched = 0;
		slot->unwatched = ++t->unwatched;
	}
	return err;
}

int damo_tracer__attach(struct damo_tracer *t)
{
	int attached = 0;

	if (t->nr_links)
		return -EALREADY;
	for (size_t i = 0; i < NR_PROGRAMS; i++) {
		struct bpf_program *program;
		struct bpf_link *link;

		if (!is_wanted(&t->detected, i))
			continue;
		program = bpf_object__find_program_by_name(t->object, programs[i].program);
		link = bpf_program__attach_raw_tracepoint(program, programs[i].tracepoint);
		if (link) {
			t->links[t->nr_links++] = link;
			attached |= programs[i].bit;
		} else if (programs[i].bit == DAMO_TP_AGGREGATED) {
			return -errno;
		}
	}
	return attached ? attached : -ENOENT;
}

int damo_tracer__wait(struct damo_tracer *t, int timeout_ms)
{
	__u64 end = damo_clock_boottime_ns() + timeout_ms * 1000000ll;
	struct epoll_event events[2];
	long long left;
	int n;

	while ((n = epoll_wait(t->epoll_fd, events, 2, timeout_ms)) < 0) {
		if (errno != EINTR)
			return -errno;
		if (timeout_ms < 0)
			continue;
		left = (long long)(end - damo_clock_boottime_ns()) / 1000000;
		timeout_ms = left > 0 ? left : 0;
	}
	for (int i = 0; i < n; i++)
		if (events[i].data.fd == t->stop_fd)
			return -ECANCELED;
	return n > 0;
}

int damo_tracer__drain(struct damo_tracer *t, void *to, __u32 cap_bytes)
{
	int count = damo_ring__drain(&t->ring, to, cap_bytes);

	t->received += count;
	return count;
}

int damo_tracer__counters(struct damo_tracer *t, struct damo_counters *to)
{
	const volatile struct damo_kdamond *k = t->kdamonds;

	*to = t->past;
	to->received = t->received;
	to->malformed = t->ring.malformed;
	to->dropped += to->malformed;
	for (__u32 i = 0; i < DAMO_MAX_KDAMONDS; i++, k++) {
		to->sent += k->sent;
		to->dropped += k->dropped;
	}
	return 0;
}

int damo_tracer__stop(struct damo_tracer *t)
{
	return eventfd_write(t->stop_fd, 1) ? -errno : 0;
}

int damo_tracer__emit_test(struct damo_tracer *t, __u32 kdamond, __u32 nr_regions, __u64 count)
{
	/* A program is not preempted: a long run would keep a reader on the same processor from running. */
	const __u64 most = 8192;

	if (t->emit_fd < 0 || nr_regions == 0)
		return -EINVAL;
	while (count > 0) {
		/* Whole snapshots in each run, as a run begins with a snapshot. */
		__u64 n = count < most ? count : (nr_regions < most ? most - most % nr_regions : nr_regions);
		struct damo_emit args = { .kdamond = kdamond, .nr_regions = nr_regions, .count = n };
		LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &args, .ctx_size_in = sizeof(args));
		int err = bpf_prog_test_run_opts(t->emit_fd, &options);

		if (err)
			return err;
		if (options.retval)
			return -ESRCH;
		count -= n;
	}
	return 0;
}

int damo_tracer__run_test(struct damo_tracer *t, const char *program, const __u64 *args, __u32 nr_args)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = args, .ctx_size_in = nr_args * sizeof(*args));
	struct bpf_program *found = bpf_object__find_program_by_name(t->object, program);

	if (t->emit_fd < 0 || !found || bpf_program__fd(found) < 0)
		return -EINVAL;
	return bpf_prog_test_run_opts(bpf_program__fd(found), &options);
}

void damo_tracer__close(struct damo_tracer *t)
{
	if (!t)
		return;
	for (int i = 0; i < t->nr_links; i++)
		bpf_link__destroy(t->links[i]);
	if (t->kdamonds)
		munmap(t->kdamonds, sizeof(struct damo_kdamond) * DAMO_MAX_KDAMONDS);
	damo_ring__close(&t->ring);
	if (t->stop_fd >= 0)
		close(t->stop_fd);
	if (t->epoll_fd >= 0)
		close(t->epoll_fd);
	bpf_object__close(t->object);
	free(t);
}
