/* SPDX-License-Identifier: MIT */
/* What listener.bpf.c and the library that loads it share: events of any tracepoint, as they are. */
#ifndef DAMO_LISTENER_H
#define DAMO_LISTENER_H

/* Of a tracepoint's record, from its beginning; DAMON's longest has 88. */
#define DAMO_RECORD_BYTES 128

/* What the listener sends: read by ffi/listener.ts. */
struct damo_heard {
	/* Which one: the number that it was attached with. */
	__u32 tracepoint;
	__u32 pid;
	/* CLOCK_BOOTTIME */
	__u64 time_ns;
	/* Events that have found no room until then. */
	__u64 dropped;
	__u32 cpu;
	__u32 unused;
	char comm[16];
	/* As the tracepoint's format file describes it; the first 8 bytes, common to all, are not there. */
	unsigned char record[DAMO_RECORD_BYTES];
};

#endif
