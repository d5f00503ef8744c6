/* SPDX-License-Identifier: MIT */
/* What profiler.bpf.c and the library that loads it share: what runs, now and then. */
#ifndef DAMO_PROFILER_H
#define DAMO_PROFILER_H

#define DAMO_KERNEL_FRAMES 8
#define DAMO_USER_FRAMES   24

/* One look at a processor: read by ffi/profiler.ts. */
struct damo_sample {
	/* CLOCK_BOOTTIME */
	__u64 time_ns;
	/* Samples that have found no room until then. */
	__u64 dropped;
	/* The process and its thread. */
	__u32 pid;
	__u32 tid;
	/* Of the frames below, the innermost first. */
	__u32 nr_kernel;
	__u32 nr_user;
	__u64 kernel[DAMO_KERNEL_FRAMES];
	__u64 user[DAMO_USER_FRAMES];
};

#endif
