/* SPDX-License-Identifier: MIT */
/* What pages.bpf.c and the library that runs it share. */
#ifndef DAMO_PAGES_WALK_H
#define DAMO_PAGES_WALK_H

#define DAMO_WALK_STEPS	 8192 /* of one run at most: pages, or steps over a range */
#define DAMO_WALK_TABLES 512 /* last-level tables that one run gives out at most: 2 MiB of memory, 1 GiB of addresses */
#define DAMO_WALK_RANGES 4096 /* that one run goes through at most */

/* Bits of an entry of a page table on x86-64. */
#define DAMO_ENTRY_PRESENT  (1ull << 0)
#define DAMO_ENTRY_ACCESSED (1ull << 5)
#define DAMO_ENTRY_DIRTY    (1ull << 6)
#define DAMO_ENTRY_HUGE	    (1ull << 7) /* a leaf above the last level; means something else in the last one */
#define DAMO_ENTRY_PROTNONE (1ull << 8) /* in memory, but the next access faults, where PRESENT is not set */
#define DAMO_ENTRY_SPECIAL                                                                                             \
	(1ull << 9) /* no memory of the process: the page of zeros, a device; nothing clears its bit */
#define DAMO_ENTRY_FRAME 0x000ffffffffff000ull

/* What is given out of an entry has the level where the walk ended in place of the frame's number. */
#define DAMO_ENTRY_LEVEL_SHIFT 12

enum damo_walk_of {
	DAMO_WALK_PAGES = 0, /* each address of damo_step: its leaf entry */
	/* start to end, then nr_ranges of damo_range from `range` on: every last-level table there, and every huge page */
	DAMO_WALK_RANGE = 1,
};

/* In and out of one run. */
struct damo_walk {
	__u64 base;	  /* of the kernel's direct map */
	__u64 limit;	  /* physical addresses from here on are not memory */
	__u64 start_time; /* of the process, ns: another one has got the pid if it differs; out where it is 0 */
	__u64 start;	  /* of the range; out: how far the walk came */
	__u64 end;
	__u64 content; /* out, where `peek` is set: first 8 bytes of the last page */
	__u32 of;      /* enum damo_walk_of */
	__u32 pid;
	__u32 levels; /* of the tables, 4 or 5 */
	__u32 nr;     /* pages; out for a range: steps done */
	__u32 tables; /* out: tables copied */
	__u32 peek;
	__s32 result; /* out: 0, -ESRCH where there is no such process or it has no memory any more */
	__u32 range;  /* of damo_range, that is next; in and out */
	__u32 nr_ranges;
	__u32 unused;
	__u64 pgd; /* out: virtual address of the first table */
};

struct damo_step {
	__u64 address;
	/* Flags and level; 0 where nothing is there. Of a range, PRESENT at level 1 is the next of the tables. */
	__u64 entry;
	__u64 frame; /* physical address of a huge page in a range */
};

struct damo_range {
	__u64 start;
	__u64 end;
};

struct damo_table {
	__u64 entries[512];
};

#endif
