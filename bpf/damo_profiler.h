/* SPDX-License-Identifier: MIT */
/*
 * libdamo: a session that samples what processes run, each time a struct damo_sample. Nothing wakes who waits for it.
 * ffi/profiler_symbols.ts repeats this file line for line.
 */
#ifndef DAMO_PROFILER_API_H
#define DAMO_PROFILER_API_H

#include "damo.h"

/* Loads the program; with everyone != 0 it samples all processes, else those that are watched, by their pids. */
DAMO_API int damo_profiler__open(__u32 ring_bytes, __u32 everyone, struct damo_session **to);

/* Begins to sample every processor so often a second; returns on how many. */
DAMO_API int damo_profiler__attach(struct damo_session *s, __u32 hz);

#endif
