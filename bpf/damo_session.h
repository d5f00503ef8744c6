/* SPDX-License-Identifier: MIT */
/* Inside of the library: what the tracer, the listener and the profiler are alike in. */
#ifndef DAMO_SESSION_INTERNAL_H
#define DAMO_SESSION_INTERNAL_H

#include <stddef.h>
#include "damo.h"
#include "tracer.h"

struct bpf_program;
struct perf_event_attr;

struct damo_ring {
	size_t size; /* bytes of data, a power of two of pages */
	size_t page;
	size_t event;		 /* bytes of each */
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

/* What one kind of session has of its own. */
struct damo_session_kind {
	size_t event;	   /* bytes of each */
	int has_one_count; /* of all that are watched, in the first slot */
	/* Opens its skeleton for a ring of so many bytes, tells what is to be known when it is loaded, and gives it to damo_session__take. */
	int (*open)(struct damo_session *s, __u32 ring_bytes, __u32 argument);
};

struct damo_session {
	const struct damo_session_kind *kind;
	void *opened; /* the skeleton of the kind, whose own part is this: */
	struct bpf_object_skeleton *skeleton;
	struct bpf_map *events, *watched, *kdamonds_map;
	struct bpf_link **links;
	size_t nr_links, cap_links;
	struct damo_detected detected; /* of the tracer */
	struct damo_ring ring;
	struct damo_kdamond *kdamonds; /* the BPF side's, mapped */
	struct damo_slot slots[DAMO_MAX_KDAMONDS];
	__u64 unwatched;
	struct damo_counters past; /* of kdamonds whose slots others have got */
	__u64 received;
	int epoll_fd;
	int stop_fd;
};

void damo_log__begin(void);
/* Loads the object of an opened skeleton, and maps its variables. */
int damo_load(struct bpf_object_skeleton *skeleton);

int damo_session__open(const struct damo_session_kind *kind, __u32 ring_bytes, __u32 argument,
		       struct damo_session **to);
/* Makes an opened skeleton the session's, whatever type the generator gave it; all that use maps.h have these. */
#define damo_session__take(s, skel)                                                                                    \
	((s)->opened = (skel), (s)->skeleton = (skel)->skeleton, (s)->events = (skel)->maps.events,                    \
	 (s)->watched = (skel)->maps.watched, (s)->kdamonds_map = (skel)->maps.kdamonds, 0)
/* Keeps a link until the end; -errno of libbpf where there is none. */
int damo_session__keep(struct damo_session *s, struct bpf_link *link);
/* Attaches a program to an event of perf, and keeps that. */
int damo_session__attach_perf(struct damo_session *s, struct bpf_program *program, struct perf_event_attr *attr,
			      int cpu, __u64 cookie);

size_t damo_ring__size(__u32 bytes);
int damo_ring__open(struct damo_ring *ring, int map_fd, size_t size, size_t event);
int damo_ring__drain(struct damo_ring *ring, char *to, size_t cap);
void damo_ring__close(struct damo_ring *ring);

#endif
