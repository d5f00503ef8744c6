/* SPDX-License-Identifier: MIT */
/* Inside of the library. */
#ifndef DAMO_TRACER_INTERNAL_H
#define DAMO_TRACER_INTERNAL_H

#include <stddef.h>
#include "damo.h"
#include "event.h"
#include "tracer.h"

/* As many processors as the profiler samples at most. */
#define DAMO_MAX_LINKS 1024

struct damo_ring {
	size_t size; /* bytes of data, a power of two of pages */
	size_t page;
	size_t event; /* bytes of each */
	unsigned long *consumer; /* a page of its own, ours to write */
	unsigned long *producer; /* a page, then the data, twice in a row */
	const char *data;
	unsigned long position;
	__u64 malformed; /* records that were no event by their length */
};

/* Whose counts a place in the map `kdamonds` holds. */
struct damo_slot {
	__u32 pid; /* 0: nobody's yet */
	__u32 is_watched;
	__u64 unwatched; /* which one in order it was */
};

struct damo_tracer {
	struct bpf_object *object;
	struct bpf_link *links[DAMO_MAX_LINKS];
	int nr_links;
	struct damo_detected detected;
	struct damo_ring ring;
	struct damo_kdamond *kdamonds; /* the BPF side's, mapped */
	struct damo_slot slots[DAMO_MAX_KDAMONDS];
	__u64 unwatched;
	struct damo_counters past; /* of kdamonds whose slots others have got */
	int has_one_count; /* of all that are watched, in the first slot */
	__u64 received;
	int epoll_fd;
	int stop_fd;
	int emit_fd;
};

extern const char damo_object[], damo_object_end[];
extern const char damo_listener_object[], damo_listener_object_end[];
extern const char damo_profiler_object[], damo_profiler_object_end[];

/* A BPF object whose only constant says whether it is about everyone. */
struct damo_object {
	const char *name;
	const char *from, *to;
	size_t event; /* bytes of each */
	__u64 everyone;
};

void damo_log__begin(void);
int damo_load(struct bpf_object *object);
int damo_tracer__prepare(struct damo_tracer *t, size_t size, size_t event);
int damo_tracer__open_object(const struct damo_object *object, __u32 ring_bytes, struct damo_tracer **to);
size_t damo_ring__size(__u32 bytes);
int damo_ring__open(struct damo_ring *ring, int map_fd, size_t size, size_t event);
int damo_ring__drain(struct damo_ring *ring, char *to, size_t cap);
void damo_ring__close(struct damo_ring *ring);

#endif
