/* SPDX-License-Identifier: MIT */
/* What tracer.bpf.c and the library that loads it share. */
#ifndef DAMO_TRACER_H
#define DAMO_TRACER_H

#define DAMO_MAX_KDAMONDS 64

/* One watched kdamond. Only that kernel thread writes it, so nothing here is atomic. */
struct damo_kdamond {
	__u64 sent;    /* events tried, = the next seq */
	__u64 dropped; /* of them, without room in the ring */
	/* The snapshot that is being sent. */
	__u64 time_ns;
	__u64 target_id;
	__u64 last_start;
	__u32 nr_regions;
	__u32 position; /* of the next event */
	/* Tuning: in force, to come, and how many passes over the targets begin until then. */
	__u32 sample_us;
	__u32 next_sample_us;
	__u32 passes_left;
	__u32 unused;
};

/* Known when the programs are loaded: the whole of .rodata. */
struct damo_constants {
	__u64 wakeup_bytes; /* unread, from which on the reader is woken within a snapshot */
	/* Kernels 6.7 to 6.12 mix up scheme and target of damos_before_apply, or not, by how many listen to it. */
	__u32 scheme_idx_sound;
	__u32 unused;
};

/* Input of the program emit_test. */
struct damo_emit {
	__u32 kdamond;
	__u32 nr_regions; /* of each snapshot, at least 1 */
	__u64 target_id;
	__u64 count; /* of events, whole snapshots or not */
};

#endif
