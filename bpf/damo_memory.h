/* SPDX-License-Identifier: MIT */
/*
 * libdamo: what a process has in memory, and many writes to the kernel's files at once. Both may take a while, and may be
 * called from any thread. ffi/memory_symbols.ts repeats this file line for line.
 */
#ifndef DAMO_MEMORY_H
#define DAMO_MEMORY_H

#include "damo.h"

/* Pages of one mapping that are there, close to each other. Addresses and bytes, which a double holds exactly. */
struct damo_memory_run {
	double start;
	double end;
	double resident; /* bytes in memory */
	double swapped;	 /* bytes in swap */
};

/*
 * Finds what is in memory or in swap of the mappings, pairs of start and end that ascend, through an open
 * /proc/PID/pagemap at pagemap. Pages of a mapping that are no more than gap bytes apart are one run. Returns how many
 * runs there are, of which the first cap are in to; with pread != 0 as on kernels before 6.7, which have no PAGEMAP_SCAN.
 */
DAMO_API int damo_memory__scan(const char *pagemap, const double *mappings, __u32 nr_mappings, double gap,
			       struct damo_memory_run *to, __u32 cap, __u32 pread);

/*
 * Writes to files that are there: text holds nr pairs of path and what is to be written, each with a 0 behind it. Returns
 * how many were written; where that is less than nr, err has the errno of the next.
 */
DAMO_API int damo_files__write(const char *text, __u32 nr, int *err);

#endif
