/* SPDX-License-Identifier: MIT */
/* Inside of the library: the page sampler. */
#ifndef DAMO_PAGES_SAMPLER_H
#define DAMO_PAGES_SAMPLER_H

#include <stddef.h>
#include "damo_pages.h"
#include "pages.h"

#define DAMO_PAGE	4096ull
#define DAMO_BLOCK	(512 * DAMO_PAGE) /* what one last-level table maps */
#define DAMO_MAX_SLOTS	1024
#define DAMO_STUCK	1ull

/* The exact counts of what one last-level table maps. */
struct damo_block {
	__u64 base;
	__u16 count[512]; /* in this aggregation interval */
	__u16 last[512];  /* in the one before */
	__u32 age[512];
	int is_new;
};

struct damo_page_target {
	__u32 pid; /* 0: the slot is free */
	int clear_fd;
	int statm_fd;
	int pagemap_fd;
	int pidfd;
	__u64 start_time;
	__u32 last_samples; /* of the exact interval before */
	__u64 resident; /* pages in memory, as of the last look */
	/* Private anonymous memory: starts and ends in turn, ascending. */
	__u64 *anonymous;
	size_t nr_anonymous;
	/* Of exact mode, ascending. */
	struct damo_block **blocks;
	size_t nr_blocks;
	size_t cap_blocks;
};

struct damo_pages {
	struct bpf_object *object;
	struct bpf_link *iterator;
	int self_fd;
	int pid_fd;
	int stop_fd;
	struct damo_walk *walk;	    /* the BPF side's, mapped */
	struct damo_step *steps;    /* likewise, DAMO_WALK_STEPS */
	struct damo_table *tables;  /* likewise, DAMO_WALK_TABLES */
	struct damo_pages_facts facts;
	struct damo_pages_counters counters;
	struct damo_page_target targets[DAMO_MAX_SLOTS];
	__u64 *picks; /* page addresses; STUCK in the lowest bit where the bit could not be cleared */
	__u64 *hits;  /* of each region */
	size_t cap_picks, cap_hits;
	__u64 random;
};

extern const char damo_pages_object[], damo_pages_object_end[];

__u64 damo_pages__cpu_ns(void);
struct damo_page_target *damo_pages__target(struct damo_pages *p, __u32 slot);
int damo_pages__walk(struct damo_pages *p, struct damo_page_target *target);
int damo_pages__clear_refs(struct damo_pages *p, struct damo_page_target *target, const char *which);
int damo_pages__chill(struct damo_pages *p, struct damo_page_target *target, __u64 *picks, size_t nr, __u32 *stuck);
int damo_pages__count_range(struct damo_pages *p, struct damo_page_target *target, __u64 start, __u64 end,
			    __u64 *counted);
void damo_pages__free_blocks(struct damo_page_target *target);

#endif
