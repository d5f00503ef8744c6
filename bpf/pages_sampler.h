/* SPDX-License-Identifier: MIT */
/* Inside of the library: the page sampler. */
#ifndef DAMO_PAGES_SAMPLER_H
#define DAMO_PAGES_SAMPLER_H

#include <stddef.h>
#include "damo_pages.h"
#include "pages.h"

#define DAMO_PAGE      4096ull
#define DAMO_BLOCK     (512 * DAMO_PAGE) /* what one last-level table maps */
#define DAMO_MAX_SLOTS 1024
#define DAMO_STUCK     1ull

/* What is known of a page. */
enum damo_page_state {
	DAMO_IN_MEMORY = 1, /* at the last walk */
	DAMO_SEEN = 2,	    /* accessed in the window of the working set */
	DAMO_IN_SWAP = 4,
};

/* The exact counts of what one last-level table maps. */
struct damo_counts {
	__u16 now[512];	  /* samples of this aggregation interval in which the page was accessed */
	__u16 there[512]; /* in which it was in memory */
	__u16 last[512];  /* accessed, in the interval before */
	__u32 age[512];
};

/* What one last-level table maps, or a huge page. */
struct damo_block {
	__u64 base;
	__u32 walk;  /* the last one that found it */
	__u32 there; /* pages in memory then */
	__u8 state[512];
	struct damo_counts *counts; /* only where every page is counted */
};

/* A mapping, or what is watched of it. */
struct damo_area {
	__u64 start, end;
	__u8 is_anonymous; /* and private */
};

struct damo_areas {
	struct damo_area *all; /* ascending */
	size_t nr, cap;
};

struct damo_edges {
	__u64 *edges; /* starts and ends in turn, ascending */
	size_t nr;    /* ranges */
};

/* A mapping that pages of a panel are drawn from, or several beside each other. */
struct damo_stratum {
	__u64 start, end;
	__u64 pages; /* in memory */
	__u32 wanted;
};

/* Pages that are cleared once and looked at once. */
struct damo_panel {
	__u64 *pages; /* addresses, ascending; STUCK in the lowest bit where the bit could not be cleared */
	__u32 *stratum;
	__u8 *state; /* enum damo_page_state */
	size_t nr;   /* 0 while it is made */
	size_t drawn;
	struct damo_stratum *strata;
	size_t nr_strata;
};

struct damo_page_target {
	__u32 pid; /* 0: the slot is free */
	int clear_fd;
	int statm_fd;
	int pagemap_fd;
	int pidfd;
	__u64 start_time;
	__u32 last_samples; /* of the exact interval before */
	__u32 walk;	    /* number of the last one */
	int is_cleared;	    /* since then all bits are of accesses */
	__u64 size;	    /* pages of the address space, as of the last look */
	__u64 resident;	    /* pages in memory, likewise */
	/* /proc/PID/maps, as read last. */
	char *maps, *maps_before;
	size_t maps_size, maps_cap, maps_before_cap;
	__u32 maps_version;
	__u64 maps_size_pages; /* `size` when they were read */
	__u64 maps_next_ns;    /* not to be read before */
	struct damo_edges only, without;
	struct damo_areas areas;
	struct damo_areas walked; /* the same by whole blocks */
	struct damo_panel panel;
	/* Ascending. */
	struct damo_block **blocks;
	size_t nr_blocks;
	size_t cap_blocks;
};

/* A run of pages of one area that were accessed alike. */
struct damo_run {
	__u64 start, end;
	__u64 pages;		     /* that were in memory */
	__u64 used;		     /* of them, accessed */
	__u64 accesses, looks, ages; /* added up */
	__u32 area;
	__u32 age; /* of all of them, where they were not merged */
};

struct damo_runs {
	struct damo_run *all;
	size_t nr, cap;
};

struct damo_pages {
	struct pages_bpf *skel; /* of pages.skel.h */
	struct bpf_link *iterator;
	int self_fd;
	int pid_fd;
	int stop_fd;
	volatile int is_stopped;
	struct damo_walk *walk;	   /* the BPF side's, mapped */
	struct damo_step *steps;   /* likewise, DAMO_WALK_STEPS */
	struct damo_table *tables; /* likewise, DAMO_WALK_TABLES */
	struct damo_range *ranges; /* likewise, DAMO_WALK_RANGES */
	struct damo_pages_facts facts;
	struct damo_pages_counters counters;
	struct damo_page_target targets[DAMO_MAX_SLOTS];
	__u64 *picks; /* page addresses; STUCK in the lowest bit where the bit could not be cleared */
	size_t cap_picks;
	struct damo_runs runs;
	__u64 cleared_ns; /* end of the last exact look, from which on accesses count for the next one */
	/* A bit a page of the machine: seen in the memory of any process, and seen accessed. */
	__u64 *frames_there, *frames_used;
	size_t nr_frame_words;
	__u64 random;
};

__u64 damo_pages__cpu_ns(void);
struct damo_page_target *damo_pages__target(struct damo_pages *p, __u32 slot);
int damo_pages__walk(struct damo_pages *p, struct damo_page_target *target);
/* Writes each letter of `words` to the target's clear_refs; -ECANCELED where it was stopped before that was done. */
int damo_pages__write(struct damo_pages *p, const struct damo_page_target *target, const char *words);
int damo_pages__clear_refs(struct damo_pages *p, struct damo_page_target *target, const char *which);
int damo_pages__chill(struct damo_pages *p, struct damo_page_target *target, __u64 *picks, size_t nr, __u32 *stuck);

/* Memory with room for one more; NULL if there is none. */
void *damo_pages__grow(void *array, size_t nr, size_t *cap, size_t size);
int damo_pages__set_edges(struct damo_edges *to, const double *start, const double *end, __u32 nr);
/* The first range that ends after `address`. */
size_t damo_pages__edge_after(const struct damo_edges *edges, __u64 address);
void damo_pages__free_edges(struct damo_edges *edges);

/* The first area that ends after `address`. */
size_t damo_pages__area_after(const struct damo_areas *areas, __u64 address);

/* Reads how large the process is and, where that has changed or `must`, what it has mapped. */
int damo_pages__look_at_maps(struct damo_page_target *target, int must, __u32 permil);
int damo_pages__set_areas(struct damo_page_target *target);
void damo_pages__free_areas(struct damo_page_target *target);

/* Which pages are in memory now, and accessed; counts both for every page if `counts`. */
int damo_pages__walk_areas(struct damo_pages *p, struct damo_page_target *target, int counts, int frames);
/* The first block that ends after `address`. */
size_t damo_pages__first_block(const struct damo_page_target *target, __u64 address);
/* Whether its table was there at the last walk. */
int damo_pages__is_current(const struct damo_page_target *target, const struct damo_block *block);
void damo_pages__free_blocks(struct damo_page_target *target);
void damo_pages__free_block(struct damo_block *block);

/* Notes what has been accessed of the panel: before anything is cleared. */
int damo_pages__panel_look(struct damo_pages *p, struct damo_page_target *target);
int damo_pages__panel_has(const struct damo_page_target *target, __u64 address);
void damo_pages__free_panel(struct damo_page_target *target);
int damo_pages__begin_frames(struct damo_pages *p);

/* Merges the runs that differ least, until no more than `most` are left, or as many as there are areas. */
void damo_pages__merge_runs(struct damo_runs *runs, __u32 samples, size_t most);

#endif
