/* SPDX-License-Identifier: MIT */
/*
 * libdamo: the page sampler, which reads the accessed bits of processes' page tables by a BPF program. It clears them by
 * /proc/PID/clear_refs, or those of single pages by process_madvise(MADV_COLD). Functions return 0 or a count, or -errno. One
 * thread at a time may use a sampler, but for damo_pages__stop, which ends what takes long, with -ECANCELED.
 * ffi/pages_symbols.ts repeats this file line for line. Addresses are doubles: those of pages are exact.
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
	__u64 missed;  /* sampling intervals that had gone by before their turn came */
	__u64 chilled; /* pages cleared one by one */
};

/* Samples in a row; times are ns of CLOCK_BOOTTIME. */
struct damo_pages_interval {
	__u64 next_ns; /* when it begins, 0 or in the past for now; out: when the next one does */
	__u64 sample_ns;
	__u32 nr_samples;
	__u32 nr_parts;
	__u64 start_ns; /* out */
	__u64 end_ns;	/* out */
	__u32 samples;	/* out: done, fewer than nr_samples if stopped, or at until_ns */
	__u32 exact; /* 0: some pages of each region each time; 1: every page of what is watched, between start and end */
	__u32 picks;	/* pages of each region in each sample, at least 1 */
	__u32 stuck;	/* out: pages whose bit could not be cleared, which are no looks */
	__u32 frames;	/* with exact: the last sample counts memory of several processes once, see damo_pages__union */
	__u32 permil;	/* of one CPU that looking at mappings may take */
	__u64 until_ns; /* the last sample is the one next to it, however late the ones before were; 0 for any time */
};

/* How accessed bits are cleared. */
enum damo_pages_clear {
	DAMO_CLEAR_REFS = 0, /* of all pages, whose number is the cost */
	DAMO_CLEAR_COLD = 1, /* of the pages to be looked at; file mappings still as a whole. Not with exact. */
};

/* A target's share of an interval. */
struct damo_pages_part {
	__u32 slot;
	__u32 nr_regions; /* 0 with exact */
	__s32 result;	  /* out: -ESRCH where the process has ended */
	__u32 clear;	  /* enum damo_pages_clear */
};

/* What damo_pages__watch is told. */
enum damo_pages_watch {
	DAMO_WATCH_ONLY = 0,	/* only there; everything if there are none */
	DAMO_WATCH_WITHOUT = 1, /* never there */
};

/* A process, as it was when it was looked at last. */
struct damo_pages_process {
	__u64 resident;	    /* pages in memory */
	__u64 maps_size;    /* of the text of its mappings */
	__u32 maps_version; /* another one when they have changed */
	__u32 nr_areas;	    /* mappings that are watched */
};

/* Loads and calibrates; by_iterator != 0 makes it do without bpf_task_from_pid, as on kernels before 6.2. */
DAMO_API int damo_pages__open(__u32 by_iterator, struct damo_pages **to);

DAMO_API int damo_pages__facts(const struct damo_pages *p, struct damo_pages_facts *to);

/* Takes a process in, with all that it has mapped; returns its slot, at most 1023. */
DAMO_API int damo_pages__add(struct damo_pages *p, __u32 pid);

/* Tells what is to be watched of what is mapped, now and later: ranges, ascending. `what` is of enum damo_pages_watch. */
DAMO_API int damo_pages__watch(struct damo_pages *p, __u32 slot, __u32 what, const double *start, const double *end,
			       __u32 nr);

/* Looks at what is mapped: if its size has changed or `must`, and at `permil` of one CPU at most; sampling does it too. */
DAMO_API int damo_pages__update(struct damo_pages *p, __u32 slot, __u32 must, __u32 permil,
				struct damo_pages_process *to);

/* Copies the text of /proc/PID/maps as it was read last. */
DAMO_API int damo_pages__maps(const struct damo_pages *p, __u32 slot, char *to, __u32 size);

/* Learns which pages are in memory, which is what damo_pages__areas and __spans tell; exact sampling does it too. */
DAMO_API int damo_pages__survey(struct damo_pages *p, __u32 slot);

/*
 * Mappings with memory or swap behind them as of the last walk: bytes of each in memory, accessed since the window began
 * (in exact sampling), and in swap. Neighbours are one where there are more than cap. Returns how many; may begin the next
 * window.
 */
DAMO_API int damo_pages__areas(struct damo_pages *p, __u32 slot, __u32 ends_window, double *start, double *end,
			       double *resident, double *used, double *swapped, __u32 cap);

/*
 * Stretches of mappings, ascending, to the size of what a last-level table maps, with their bytes in memory, as of the last
 * walk: those that have any. None is of two mappings. start and resident are to be 0. Returns how many there are, be it more
 * than cap.
 */
DAMO_API int damo_pages__spans(const struct damo_pages *p, __u32 slot, double *start, double *end, double *resident,
			       __u32 cap);

/* Bytes in memory of ranges, ascending, as of the last walk. */
DAMO_API int damo_pages__resident(const struct damo_pages *p, __u32 slot, const double *start, const double *end,
				  __u32 nr, double *resident);

/*
 * Draws about `wanted` pages at random of those in memory as of the last walk, at least 8 of each mapping, and clears their
 * bits as `clear` says (enum damo_pages_clear). Mappings beside each other are one where there are more than an eighth of
 * `wanted`. Returns how many there are then, for damo_pages__end_panel. Sampling in between does not spoil it, exact
 * sampling does.
 */
DAMO_API int damo_pages__begin_panel(struct damo_pages *p, __u32 slot, __u32 wanted, __u32 clear);

/*
 * Looks at them: of each mapping bytes in memory when they were drawn, pages looked at, and those of them accessed. What is
 * not in memory any more, or could not be cleared as other processes map it too, is no look.
 */
DAMO_API int damo_pages__end_panel(struct damo_pages *p, __u32 slot, double *start, double *end, double *resident,
				   __u32 *looks, __u32 *hits);

/* Bytes of the machine's memory in any of the processes, and accessed by any in the window, as of the last `frames`. */
DAMO_API int damo_pages__union(const struct damo_pages *p, double *resident, double *used);

/* Forgets the process of a slot. */
DAMO_API int damo_pages__remove(struct damo_pages *p, __u32 slot);

/* Clears the accessed bits of all pages of a process. */
DAMO_API int damo_pages__clear(struct damo_pages *p, __u32 slot);

/* Reads nr entries of pages: flags, and the level where the walk ended from bit 12 on; 0 in bit 0 where nothing is. */
DAMO_API int damo_pages__look(struct damo_pages *p, __u32 slot, const double *addresses, __u32 nr, __u32 *entries);

/*
 * Samples; -ECANCELED if stopped. hits and looks have one element a region, none with exact: to them it adds the pages
 * that were in memory when they were looked at, and those of them that were accessed.
 */
DAMO_API int damo_pages__sample(struct damo_pages *p, struct damo_pages_interval *interval,
				struct damo_pages_part *parts, const double *start, const double *end, __u32 *hits,
				__u32 *looks);

/*
 * Ends an exact aggregation interval of a target, of so many samples, and begins the next one. Makes runs of pages of one
 * mapping that were in memory and accessed equally often, or about equally often if there would be more than `most` and
 * twice the mappings; returns how many, for damo_pages__runs. A page's age begins anew when it differs by more than a
 * tenth of the samples from the interval before, or was not accessed in one of the two.
 */
DAMO_API int damo_pages__aggregate(struct damo_pages *p, __u32 slot, __u32 samples, __u32 most);

/* Copies them: of each also the bytes in memory, those of them that were accessed at all, and the looks at its pages. */
DAMO_API int damo_pages__runs(const struct damo_pages *p, __u32 samples, double *start, double *end, __u32 *nr_accesses,
			      __u32 *age, double *resident, double *used, __u32 *looks);

DAMO_API int damo_pages__counters(const struct damo_pages *p, struct damo_pages_counters *to);

/* Ends the sampling of this moment and of the future; for any thread. */
DAMO_API int damo_pages__stop(struct damo_pages *p);

DAMO_API void damo_pages__close(struct damo_pages *p);

#endif
