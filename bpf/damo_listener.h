/* SPDX-License-Identifier: MIT */
/*
 * libdamo: a session that takes the records of any tracepoint as they are, each a struct damo_heard.
 * ffi/listener_symbols.ts repeats this file line for line.
 */
#ifndef DAMO_LISTENER_API_H
#define DAMO_LISTENER_API_H

#include "damo.h"

/* Loads the program; with everyone != 0 it listens to all threads, else to those that are watched. */
DAMO_API int damo_listener__open(__u32 ring_bytes, __u32 everyone, struct damo_session **to);

/* Attaches to the tracepoint with this id, by its format file; its events come with this number. */
DAMO_API int damo_listener__attach(struct damo_session *s, __u32 id, __u32 number);

#endif
