// SPDX-License-Identifier: MIT
/* Counts of every page: how often it was seen accessed, and since when that is so. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "pages_sampler.h"

#define COUNT_MAX 65535

/* The block at `base`, found from *at on, as ranges are walked upwards; made where there is none. */
static struct damo_block *block_at(struct damo_page_target *target, __u64 base, size_t *at)
{
	struct damo_block *block;
	size_t i = *at;

	while (i < target->nr_blocks && target->blocks[i]->base < base)
		i++;
	*at = i;
	if (i < target->nr_blocks && target->blocks[i]->base == base)
		return target->blocks[i];
	if (target->nr_blocks == target->cap_blocks) {
		size_t cap = target->cap_blocks ? 2 * target->cap_blocks : 64;
		struct damo_block **blocks = realloc(target->blocks, cap * sizeof(*blocks));

		if (!blocks)
			return NULL;
		target->blocks = blocks;
		target->cap_blocks = cap;
	}
	block = calloc(1, sizeof(*block));
	if (!block)
		return NULL;
	block->base = base;
	block->is_new = 1;
	memmove(target->blocks + i + 1, target->blocks + i, (target->nr_blocks - i) * sizeof(*target->blocks));
	target->blocks[i] = block;
	target->nr_blocks++;
	return block;
}

/* The first block that ends after `address`. */
static size_t first_block(const struct damo_page_target *target, __u64 address)
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

__attribute__((optimize("O3"))) static __u32 count_table(struct damo_block *block, const struct damo_table *table)
{
	__u32 present = 0;

	for (int i = 0; i < 512; i++) {
		__u64 entry = table->entries[i];

		block->count[i] += entry & entry >> 5 & 1;
		present += entry & 1;
	}
	return present;
}

/* A huge page is accessed as a whole. */
static int count_huge(struct damo_page_target *target, __u64 base, __u64 end, __u64 entry, size_t *at)
{
	for (; base < end; base += DAMO_BLOCK) {
		struct damo_block *block = block_at(target, base, at);

		if (!block)
			return -ENOMEM;
		for (int i = 0; i < 512; i++)
			block->count[i] += (entry & DAMO_ENTRY_ACCESSED) != 0;
	}
	return 0;
}

int damo_pages__count_range(struct damo_pages *p, struct damo_page_target *target, __u64 start, __u64 end,
			    __u64 *counted)
{
	struct damo_walk *walk = p->walk;
	size_t at;

	/* Tables are read as a whole; what is outside of the ranges is left out when runs are made. */
	start &= -DAMO_BLOCK;
	if (start < *counted)
		start = *counted;
	at = first_block(target, start);
	for (; start < end; start = *counted = walk->start) {
		__u32 tables = 0;
		int err;

		walk->of = DAMO_WALK_RANGE;
		walk->start = start;
		walk->end = end;
		err = damo_pages__walk(p, target);
		if (err)
			return err;
		if (walk->nr == 0 || walk->start <= start)
			return -EIO;
		for (__u32 i = 0; i < walk->nr && i < DAMO_WALK_STEPS; i++) {
			__u64 entry = p->steps[i].entry, base = p->steps[i].address & -DAMO_BLOCK;
			struct damo_block *block;

			if (!entry)
				continue;
			if (entry & DAMO_ENTRY_HUGE) {
				__u64 bytes = entry >> DAMO_ENTRY_LEVEL_SHIFT == 3 ? 512 * DAMO_BLOCK : DAMO_BLOCK;

				err = count_huge(target, base, (base & -bytes) + bytes, entry, &at);
				if (err)
					return err;
				p->counters.walked++;
				continue;
			}
			block = block_at(target, base, &at);
			if (!block)
				return -ENOMEM;
			if (tables < DAMO_WALK_TABLES)
				p->counters.walked += count_table(block, &p->tables[tables++]);
		}
	}
	return 0;
}

/* Where runs go, and the one that is under way. */
struct runs {
	double *start, *end;
	__u32 *nr_accesses, *age;
	__u32 nr, cap;
	__u32 loose; /* difference of counts up to which pages are one run; ages count only where it is 0 */
	__u64 pages, sum_accesses, sum_ages; /* of the run under way */
	__u32 low, high; /* counts in it */
};

static void end_run(struct runs *r)
{
	if (!r->pages)
		return;
	if (r->nr < r->cap) {
		r->nr_accesses[r->nr] = (r->sum_accesses + r->pages / 2) / r->pages;
		r->age[r->nr] = r->sum_ages / r->pages;
	}
	r->nr++;
	r->pages = 0;
}

static void extend(struct runs *r, __u64 start, __u64 end, __u32 count, __u32 age)
{
	__u64 pages = (end - start) / DAMO_PAGE;
	int same = r->pages && r->nr < r->cap && r->end[r->nr] == start;

	if (same && r->loose == 0)
		same = count == r->low && age * r->pages == r->sum_ages;
	else if (same)
		same = (count > r->high ? count : r->high) - (count < r->low ? count : r->low) <= r->loose &&
		       /* Never accessed is another thing than seldom. */
		       ((count == 0) == (r->high == 0) || r->loose > 1);
	if (!same) {
		end_run(r);
		if (r->nr < r->cap)
			r->start[r->nr] = start;
		r->low = r->high = count;
		r->sum_accesses = r->sum_ages = 0;
	}
	if (r->nr < r->cap)
		r->end[r->nr] = end;
	r->low = count < r->low ? count : r->low;
	r->high = count > r->high ? count : r->high;
	r->pages += pages;
	r->sum_accesses += pages * count;
	r->sum_ages += pages * age;
}

static void run_through(const struct damo_page_target *target, struct runs *r, __u64 at, __u64 end, __u32 absent_age)
{
	for (size_t i = first_block(target, at); at < end && r->nr < r->cap; i++) {
		const struct damo_block *block = i < target->nr_blocks ? target->blocks[i] : NULL;
		__u64 until = block && block->base < end ? block->base : end;

		if (at < until) {
			extend(r, at, until, 0, absent_age);
			at = until;
		}
		if (!block)
			break;
		while (at < end && at < block->base + DAMO_BLOCK) {
			__u32 page = (at - block->base) / DAMO_PAGE, next = page + 1;
			__u64 stop;

			while (next < 512 && block->count[next] == block->count[page] &&
			       block->age[next] == block->age[page])
				next++;
			stop = block->base + next * DAMO_PAGE;
			if (stop > end)
				stop = end;
			extend(r, at, stop, block->count[page], block->age[page]);
			at = stop;
		}
	}
}

/* Pages of a new block have not been accessed since their range is known. */
static void inherit_ages(struct damo_page_target *target, const double *range_start, const double *range_end,
			 const __u32 *absent_age, __u32 nr)
{
	for (size_t i = 0; i < target->nr_blocks; i++) {
		struct damo_block *block = target->blocks[i];
		__u32 range = 0;

		if (!block->is_new)
			continue;
		block->is_new = 0;
		for (int j = 0; j < 512; j++) {
			__u64 at = block->base + j * DAMO_PAGE;

			while (range < nr && range_end[range] <= at)
				range++;
			/* One less: this interval is added. */
			block->age[j] = range < nr && range_start[range] <= at ? absent_age[range] - 1 : -1u;
		}
	}
}

static void age_blocks(struct damo_page_target *target, __u32 samples)
{
	__u32 before = target->last_samples ? target->last_samples : samples;

	for (size_t i = 0; i < target->nr_blocks; i++) {
		struct damo_block *block = target->blocks[i];

		for (int j = 0; j < 512; j++) {
			/* As shares of the samples, whose number may have changed. */
			__u64 now = (__u64)block->count[j] * before, last = (__u64)block->last[j] * samples;
			__u64 difference = now > last ? now - last : last - now;
			int changed = difference * 10 > (__u64)samples * before || !now != !last;

			block->age[j] = changed ? 0 : block->age[j] + 1;
		}
	}
	target->last_samples = samples;
}

/* Begins the next interval; blocks outside of the ranges are of memory that is gone. */
static void turn_over(struct damo_page_target *target, const double *range_start, const double *range_end, __u32 nr)
{
	size_t kept = 0;
	__u32 range = 0;

	for (size_t i = 0; i < target->nr_blocks; i++) {
		struct damo_block *block = target->blocks[i];

		while (range < nr && range_end[range] <= block->base)
			range++;
		if (range == nr || range_start[range] >= block->base + DAMO_BLOCK) {
			free(block);
			continue;
		}
		memcpy(block->last, block->count, sizeof(block->last));
		memset(block->count, 0, sizeof(block->count));
		target->blocks[kept++] = block;
	}
	target->nr_blocks = kept;
}

int damo_pages__aggregate(struct damo_pages *p, __u32 slot, const double *range_start, const double *range_end,
			  const __u32 *absent_age, __u32 nr_ranges, __u32 samples, double *start, double *end,
			  __u32 *nr_accesses, __u32 *age, __u32 cap)
{
	struct damo_page_target *target = damo_pages__target(p, slot);
	struct runs r = { .start = start, .end = end, .nr_accesses = nr_accesses, .age = age, .cap = cap };
	__u64 begin = damo_pages__cpu_ns();

	if (!target || !cap || !nr_ranges || !samples)
		return -EINVAL;
	inherit_ages(target, range_start, range_end, absent_age, nr_ranges);
	age_blocks(target, samples);
	for (;;) {
		r.nr = 0;
		r.pages = 0;
		for (__u32 i = 0; i < nr_ranges && r.nr < cap; i++)
			run_through(target, &r, range_start[i], range_end[i], absent_age[i]);
		end_run(&r);
		if (r.nr < cap || (r.nr == cap && r.end[cap - 1] == range_end[nr_ranges - 1]))
			break;
		if (r.loose > COUNT_MAX)
			return -ENOSPC; /* more ranges than runs are allowed */
		r.loose = r.loose ? 2 * r.loose : 1;
	}
	turn_over(target, range_start, range_end, nr_ranges);
	p->counters.cpu_ns += damo_pages__cpu_ns() - begin;
	return r.nr;
}

void damo_pages__free_blocks(struct damo_page_target *target)
{
	for (size_t i = 0; i < target->nr_blocks; i++)
		free(target->blocks[i]);
	free(target->blocks);
	target->blocks = NULL;
	target->nr_blocks = target->cap_blocks = 0;
}
