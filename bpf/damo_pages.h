/* SPDX-License-Identifier: MIT */
/*
 * libdamo: the page sampler, which reads the accessed bits of processes' page tables by a BPF program. It clears them by
 * /proc/PID/clear_refs, or those of single pages by process_madvise(MADV_COLD). Functions return 0 or a count, or -errno. One thread at a time may use a sampler, but for
 * damo_pages__stop. ffi/pages_symbols.ts repeats this file line for line. Addresses are doubles: those of pages are exact.
 */
#ifndef DAMO_PAGES_H
#define DAMO_PAGES_H

#include "damo.h"

struct damo_pages;

/* How it reads. */
struct damo_pages_facts {
	__u64 base;   /* of the kernel's direct map */
	__u64 limit;  /* of physical addresses */
	__u32 levels; /* of page tables */
	__u32 by_iterator;
	/* Translations that processors keep can be dropped: the kernel has no soft-dirty bits, whose clearing does it. */
	__u32 can_flush;
	__u32 unused;
};

/* Since the sampler was opened. Times are CPU time of the sampling thread, ns. */
struct damo_pages_counters {
	__u64 cpu_ns; /* of everything, clearing and walking included */
	__u64 clear_ns;
	__u64 walk_ns;
	__u64 clears;
	__u64 cleared; /* pages in memory of the processes that were cleared, added up */
	__u64 walks;
	__u64 walked; /* pages looked at, added up */
	__u64 samples;
	__u64 missed; /* sampling intervals that had gone by before their turn came */
	__u64 chilled; /* pages cleared one by one */
};

/* One aggregation interval; times are ns of CLOCK_BOOTTIME. */
struct damo_pages_interval {
	__u64 next_ns;	  /* when it begins, 0 or in the past for now; out: when the next one does */
	__u64 sample_ns;
	__u32 nr_samples;
	__u32 nr_parts;
	__u64 start_ns; /* out */
	__u64 end_ns;	/* out */
	__u32 samples;	/* out: done, fewer than nr_samples if stopped */
	__u32 exact;	/* 0: some pages of each region each time; 1: every page between start and end */
	__u32 picks;	/* pages of each region in each sample, at least 1; nr_accesses is their mean */
	__u32 stuck;	/* out: pages whose bit could not be cleared, which count as not accessed */
};

/* How accessed bits are cleared. */
enum damo_pages_clear {
	DAMO_CLEAR_REFS = 0, /* of all pages, whose number is the cost */
	DAMO_CLEAR_COLD = 1, /* of the pages to be looked at; file mappings still as a whole. Not with exact. */
};

/* A target's share of the regions of an interval. */
struct damo_pages_part {
	__u32 slot;
	__u32 nr_regions;
	__s32 result; /* out: -ESRCH where the process has ended */
	__u32 clear;  /* enum damo_pages_clear */
};

/* Loads and calibrates; by_iterator != 0 makes it do without bpf_task_from_pid, as on kernels before 6.2. */
DAMO_API int damo_pages__open(__u32 by_iterator, struct damo_pages **to);

DAMO_API int damo_pages__facts(const struct damo_pages *p, struct damo_pages_facts *to);

/* Takes a process in; returns its slot, at most 1023. */
DAMO_API int damo_pages__add(struct damo_pages *p, __u32 pid);

/* Tells where a process has private anonymous memory, ascending: only there are pages cleared one by one. */
DAMO_API int damo_pages__anonymous(struct damo_pages *p, __u32 slot, const double *start, const double *end, __u32 nr);

/* Forgets the process of a slot. */
DAMO_API int damo_pages__remove(struct damo_pages *p, __u32 slot);

/* Clears the accessed bits of all pages of a process. */
DAMO_API int damo_pages__clear(struct damo_pages *p, __u32 slot);

/* Reads nr entries of pages: flags, and the level where the walk ended from bit 12 on; 0 in bit 0 where nothing is. */
DAMO_API int damo_pages__look(struct damo_pages *p, __u32 slot, const double *addresses, __u32 nr, __u32 *entries);

/* Samples for one aggregation interval; -ECANCELED if stopped. nr_accesses has one element a region, unless exact. */
DAMO_API int damo_pages__sample(struct damo_pages *p, struct damo_pages_interval *interval,
				struct damo_pages_part *parts, const double *start, const double *end,
				__u32 *nr_accesses);

/*
 * Ends an exact aggregation interval of a target: gives out runs of pages of the given ranges that were accessed equally
 * often (or, if there would be more than cap, about equally often), and begins the next one. Pages without any table are
 * as old as their range, absent_age. A page's age begins anew when it differs by more than a tenth of samples, those that
 * were done, from the interval before, or was not accessed in one of the two.
 */
DAMO_API int damo_pages__aggregate(struct damo_pages *p, __u32 slot, const double *range_start, const double *range_end,
				   const __u32 *absent_age, __u32 nr_ranges, __u32 samples, double *start, double *end,
				   __u32 *nr_accesses, __u32 *age, __u32 cap);

DAMO_API int damo_pages__counters(const struct damo_pages *p, struct damo_pages_counters *to);

/* Ends the sampling of this moment and of the future; for any thread. */
DAMO_API int damo_pages__stop(struct damo_pages *p);

DAMO_API void damo_pages__close(struct damo_pages *p);

#endif
