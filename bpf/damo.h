/* SPDX-License-Identifier: MIT */
/*
 * libdamo: facts about the kernel, and what all sessions are alike in: those of damo_tracer.h, damo_listener.h and damo_profiler.h.
 * Functions return 0 or a count, or -errno. One thread may be in damo_session__wait or damo_tracer__emit_test while another uses
 * the same session; damo_session__close may not overlap with anything. ffi/symbols.ts repeats this file line for line.
 */
#ifndef DAMO_H
#define DAMO_H

#include <linux/types.h>

#define DAMO_API     __attribute__((visibility("default")))
#define DAMO_VERSION 3 /* of this interface, with all that layouts.h lists */

struct damo_session;

/* Prototypes of damon_aggregated: of the target t, its index id, the region r, the number of regions nr. */
enum damo_layout {
	DAMO_LAYOUT_NONE = 0,
	DAMO_LAYOUT_T_R_NR = 1,	   /* 5.15 to 5.17 */
	DAMO_LAYOUT_T_ID_R_NR = 2, /* 5.18 to about 6.6 */
	DAMO_LAYOUT_ID_R_NR = 3,
};

/* Bits of damo_tracer__attach and struct damo_detected. */
enum damo_tracepoint {
	DAMO_TP_AGGREGATED = 1,
	DAMO_TP_INTERVALS_TUNE = 2,
	DAMO_TP_BEFORE_APPLY = 4,
	DAMO_TP_ESZ = 8,
};

struct damo_detected {
	__u32 layout;		/* enum damo_layout */
	__u32 tracepoints;	/* bits, each known and with a prototype that is understood */
	__u32 has_age;		/* struct damon_region has it */
	__u32 scheme_idx_sound; /* damos_before_apply names the scheme reliably */
};

struct damo_counters {
	__u64 sent; /* = received + dropped, once all is drained */
	__u64 received;
	__u64 dropped; /* those below as well */
	__u64 malformed; /* records of the ring that were too short to be an event, or said to be longer than what is there */
};

/* Bits of damo_missing_capabilities. */
enum damo_capability {
	DAMO_CAP_BPF = 1,
	DAMO_CAP_PERFMON = 2,
};

/* DAMO_VERSION of the library. */
DAMO_API __u32 damo_version(void);

/* What the running kernel has: -ENODATA without BTF, -ENOENT without DAMON, -ENOTSUP if its prototype is unknown. */
DAMO_API int damo_detect(struct damo_detected *to);

/* Capabilities that this thread lacks, as bits. */
DAMO_API __u32 damo_missing_capabilities(void);

/* Now, in ns of CLOCK_BOOTTIME, the clock of the events. */
DAMO_API __u64 damo_clock_boottime_ns(void);

/* The end of what libbpf and the verifier said since the last open; returns its length in bytes. */
DAMO_API __u32 damo_last_log(char *to, __u32 cap);

/* The i-th entry of layouts.h: a struct's size, or by "struct.field" a field's offset; -ENOENT behind the last. */
DAMO_API int damo_layout(__u32 i, char *name, __u32 cap);

/* Lets the events of this thread through (of the profiler: this process), of up to 64 at the same time (-ENOSPC). */
DAMO_API int damo_session__watch(struct damo_session *s, __u32 pid);

/* For one that has ended, or is to be heard no more: its counts stay, and its place is another one's when all are taken. */
DAMO_API int damo_session__unwatch(struct damo_session *s, __u32 pid);

/* 1 where there is something to drain, 0 after timeout_ms (-1: never), -ECANCELED once stopped. */
DAMO_API int damo_session__wait(struct damo_session *s, int timeout_ms);

/* Copies whole events out of the ring, as many as fit; returns how many. */
DAMO_API int damo_session__drain(struct damo_session *s, void *to, __u32 cap_bytes);

DAMO_API int damo_session__counters(struct damo_session *s, struct damo_counters *to);

/* Ends the waiting of this moment and of the future; for any thread. */
DAMO_API int damo_session__stop(struct damo_session *s);

DAMO_API void damo_session__close(struct damo_session *s);

#endif
