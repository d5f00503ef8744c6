/* SPDX-License-Identifier: MIT */
/* What the tracer sends: read by damon/events/event.ts. layouts.h has its offsets. */
#ifndef DAMO_EVENT_H
#define DAMO_EVENT_H

enum damo_kind {
	DAMO_AGGREGATED = 1,	  /* one region of a snapshot */
	DAMO_INTERVALS_TUNED = 2, /* sample_us is the interval that begins with the next aggregation */
	DAMO_SCHEME_APPLIED = 3,  /* a scheme is about to act on a region */
	DAMO_SCHEME_QUOTA = 4,	  /* end is the scheme's effective size quota, bytes */
};

#define DAMO_UNKNOWN32 0xffffffffu /* age, where struct damon_region has none */
#define DAMO_UNKNOWN16 0xffffu	   /* scheme_idx, where the kernel mixes it up with the target's */

struct damo_event {
	__u32 kind;
	/* Pid of the kernel thread: DAMON's own ids begin at 0 in each of them. */
	__u32 kdamond;
	/* Counts the events of this kdamond, those without room in the ring included: every loss is a gap. */
	__u64 seq;
	/* CLOCK_BOOTTIME; of an aggregation, the time of the snapshot's first event in all of them. */
	__u64 time_ns;
	/* Index of the target; before Linux 5.18 damon_target.id. */
	__u64 target_id;
	__u64 start;
	__u64 end;
	/* How many events the snapshot has, and which of them this is: seq - position names the snapshot. */
	__u32 nr_regions;
	__u32 position;
	__u32 nr_accesses;
	__u32 age;
	/* Sampling interval of the measurement where DAMON tuned it, else 0: as it was configured. */
	__u32 sample_us;
	/*
	 * Of a scheme's event its ctx_idx, and scheme_idx in the upper half; of an aggregation how often each of up to four
	 * probes was positive, a byte each, the first one lowest.
	 */
	__u32 detail;
};

#endif
