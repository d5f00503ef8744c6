// SPDX-License-Identifier: MIT
/* Walks through all of a process's tables, and keeps of each page whether it is in memory and was accessed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "pages_sampler.h"

/* Types of entries that are in swap; the others mark something. */
#define MOST_SWAP_FILES 22
#define SWAP_TYPE_SHIFT 59

void damo_pages__free_block(struct damo_block *block)
{
	free(block->counts);
	free(block);
}

size_t damo_pages__first_block(const struct damo_page_target *target, __u64 address)
{
	size_t low = 0, high = target->nr_blocks;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (target->blocks[middle]->base + DAMO_BLOCK <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int damo_pages__is_current(const struct damo_page_target *target, const struct damo_block *block)
{
	return block->walk == target->walk;
}

/* The block at `base`, found from *at on, as tables are walked upwards; made where there is none. */
static struct damo_block *block_at(struct damo_page_target *target, __u64 base, int counts, size_t *at)
{
	struct damo_block *block, **blocks;
	size_t i = *at;

	while (i < target->nr_blocks && target->blocks[i]->base < base)
		i++;
	*at = i;
	block = i < target->nr_blocks && target->blocks[i]->base == base ? target->blocks[i] : NULL;
	if (!block) {
		blocks = damo_pages__grow(target->blocks, target->nr_blocks, &target->cap_blocks, sizeof(*blocks));
		if (!blocks)
			return NULL;
		target->blocks = blocks;
		block = calloc(1, sizeof(*block));
		if (!block)
			return NULL;
		block->base = base;
		memmove(blocks + i + 1, blocks + i, (target->nr_blocks - i) * sizeof(*blocks));
		blocks[i] = block;
		target->nr_blocks++;
	}
	if (counts && !block->counts) {
		block->counts = calloc(1, sizeof(*block->counts));
		if (!block->counts)
			return NULL;
		/* One less: the interval is added when it is over. */
		memset(block->counts->age, 0xff, sizeof(block->counts->age));
	}
	block->walk = target->walk;
	return block;
}

static __u64 is_there(__u64 entry)
{
	__u64 there = entry & ~entry >> 9 & DAMO_ENTRY_PRESENT;

	return there | ((entry & ~entry << 8 & DAMO_ENTRY_PROTNONE) >> 8);
}

/* clang does so anyway. */
#ifdef __clang__
#define VECTORIZED
#else
#define VECTORIZED __attribute__((optimize("O3")))
#endif

VECTORIZED static __u32 take_table(struct damo_block *block, const struct damo_table *table)
{
	__u32 sum = 0;

	for (int i = 0; i < 512; i++) {
		__u64 entry = table->entries[i], there = is_there(entry), used = there & entry >> 5;
		__u64 swapped = !there & (entry != 0) & !(entry & 1) & (entry >> SWAP_TYPE_SHIFT < MOST_SWAP_FILES);

		block->state[i] = (block->state[i] & DAMO_SEEN) | there | used << 1 | swapped << 2;
		sum += there;
	}
	return sum;
}

VECTORIZED static void count_table(struct damo_counts *counts, const struct damo_table *table)
{
	for (int i = 0; i < 512; i++) {
		__u64 entry = table->entries[i], there = is_there(entry);

		counts->there[i] += there;
		counts->now[i] += there & entry >> 5;
	}
}

static void set_frame(struct damo_pages *p, __u64 frame, int is_used)
{
	__u64 word = frame / 64, bit = 1ull << frame % 64;

	if (word >= p->nr_frame_words)
		return;
	p->frames_there[word] |= bit;
	if (is_used)
		p->frames_used[word] |= bit;
}

/* Which of the machine's pages these are: those that several processes map are counted once. */
static void take_frames(struct damo_pages *p, const struct damo_page_target *target, const struct damo_block *block,
			const struct damo_table *table, __u64 huge_frame)
{
	size_t i = damo_pages__area_after(&target->areas, block->base);

	for (; i < target->areas.nr && target->areas.all[i].start < block->base + DAMO_BLOCK; i++) {
		const struct damo_area *area = &target->areas.all[i];
		__u64 start = area->start > block->base ? (area->start - block->base) / DAMO_PAGE : 0;
		__u64 end = (area->end - block->base) / DAMO_PAGE;

		for (; start < end && start < 512; start++)
			if (block->state[start] & DAMO_IN_MEMORY)
				set_frame(p,
					  table ? (table->entries[start] & DAMO_ENTRY_FRAME) / DAMO_PAGE
						: huge_frame + start,
					  block->state[start] & DAMO_SEEN);
	}
}

/* A huge page is accessed as a whole. */
static int take_huge(struct damo_pages *p, struct damo_page_target *target, const struct damo_step *step, int counts,
		     int frames, size_t *at)
{
	__u64 bytes = (step->entry >> DAMO_ENTRY_LEVEL_SHIFT) == 3 ? 512 * DAMO_BLOCK : DAMO_BLOCK;
	__u64 first = step->address & -bytes, base = step->address & -DAMO_BLOCK, end = first + bytes;
	int is_used = (step->entry & DAMO_ENTRY_ACCESSED) != 0;

	if (!(step->entry & DAMO_ENTRY_PRESENT))
		return 0;
	for (; base < end; base += DAMO_BLOCK) {
		struct damo_block *block = block_at(target, base, counts, at);

		if (!block)
			return -ENOMEM;
		for (int i = 0; i < 512; i++)
			block->state[i] = (block->state[i] & DAMO_SEEN) | DAMO_IN_MEMORY | (is_used ? DAMO_SEEN : 0);
		block->there = 512;
		for (int i = 0; i < 512 && counts; i++) {
			block->counts->there[i]++;
			block->counts->now[i] += is_used;
		}
		if (frames)
			take_frames(p, target, block, NULL,
				    (step->frame & -bytes) / DAMO_PAGE + (base - first) / DAMO_PAGE);
	}
	p->counters.walked++;
	return 0;
}

static int take_steps(struct damo_pages *p, struct damo_page_target *target, int counts, int frames, size_t *at)
{
	__u32 tables = 0;

	for (__u32 i = 0; i < p->walk->nr && i < DAMO_WALK_STEPS; i++) {
		const struct damo_step *step = &p->steps[i];
		struct damo_block *block;
		int err;

		if (!step->entry)
			continue;
		if (step->entry & DAMO_ENTRY_HUGE) {
			err = take_huge(p, target, step, counts, frames, at);
			if (err)
				return err;
			continue;
		}
		if (!(step->entry & DAMO_ENTRY_PRESENT) || tables >= DAMO_WALK_TABLES)
			continue;
		block = block_at(target, step->address & -DAMO_BLOCK, counts, at);
		if (!block)
			return -ENOMEM;
		block->there = take_table(block, &p->tables[tables]);
		p->counters.walked += block->there;
		if (counts)
			count_table(block->counts, &p->tables[tables]);
		if (frames)
			take_frames(p, target, block, &p->tables[tables], 0);
		tables++;
	}
	return 0;
}

int damo_pages__walk_areas(struct damo_pages *p, struct damo_page_target *target, int counts, int frames)
{
	struct damo_walk *walk = p->walk;
	size_t done = 0, at = 0;
	int err = 0;

	target->walk++;
	while (done < target->walked.nr && !err) {
		__u32 n = target->walked.nr - done < DAMO_WALK_RANGES ? target->walked.nr - done : DAMO_WALK_RANGES;

		for (__u32 i = 0; i < n; i++)
			p->ranges[i] = (struct damo_range){ target->walked.all[done + i].start,
							    target->walked.all[done + i].end };
		walk->start = walk->end = 0;
		walk->range = 0;
		walk->nr_ranges = n;
		while ((walk->range < n || walk->start < walk->end) && !err) {
			walk->of = DAMO_WALK_RANGE;
			err = damo_pages__walk(p, target);
			if (!err && walk->nr == 0)
				err = -EIO;
			if (!err)
				err = take_steps(p, target, counts, frames, &at);
		}
		done += n;
	}
	walk->nr_ranges = 0;
	return err;
}

void damo_pages__free_blocks(struct damo_page_target *target)
{
	for (size_t i = 0; i < target->nr_blocks; i++)
		damo_pages__free_block(target->blocks[i]);
	free(target->blocks);
	target->blocks = NULL;
	target->nr_blocks = target->cap_blocks = 0;
}
