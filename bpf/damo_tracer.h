/* SPDX-License-Identifier: MIT */
/* libdamo: a session that takes DAMON's events, each a struct damo_event. ffi/tracer_symbols.ts repeats this file line for line. */
#ifndef DAMO_TRACER_API_H
#define DAMO_TRACER_API_H

#include "damo.h"

/* Loads the programs; ring_bytes is rounded up to a power of two of pages. With test != 0 DAMON may be missing. */
DAMO_API int damo_tracer__open(__u32 ring_bytes, __u32 test, struct damo_session **to);

/* Attaches to the tracepoints that this kernel has; returns which, as bits. They are detached with the process. */
DAMO_API int damo_tracer__attach(struct damo_session *s);

/* Test: sends count events in the name of a watched pid, in snapshots of nr_regions; opened with test only. */
DAMO_API int damo_tracer__emit_test(struct damo_session *s, __u32 kdamond, __u32 nr_regions, __u64 count);

/* Test: runs a program of tracer.bpf.c in this thread, with these parameters of its tracepoint; likewise. */
DAMO_API int damo_tracer__run_test(struct damo_session *s, const char *program, const __u64 *args, __u32 nr_args);

#endif
