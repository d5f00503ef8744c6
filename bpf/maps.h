/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* The maps of a program that sends events of watched threads to a ring buffer, as damo_tracer.c expects them. */
#ifndef DAMO_MAPS_H
#define DAMO_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "tracer.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} events SEC(".maps");

/* Pid of whom is watched to its slot: who is not in here costs one look-up. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DAMO_MAX_KDAMONDS);
	__type(key, __u32);
	__type(value, __u32);
} watched SEC(".maps");

/*
 * What was sent and dropped, a slot each; apart from `watched`, so that the counts outlive unwatching and are read without
 * a system call. Programs that tell nobody apart add to the first.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, DAMO_MAX_KDAMONDS);
	__type(key, __u32);
	__type(value, struct damo_kdamond);
} kdamonds SEC(".maps");

#endif
