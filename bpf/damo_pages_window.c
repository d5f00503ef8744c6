// SPDX-License-Identifier: MIT
/* What is in memory, by mapping, and what of it was accessed in the window of the working set. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "pages_sampler.h"

struct sums {
	__u64 there, seen, swapped;
};

static void add_block(const struct damo_page_target *target, const struct damo_block *block, __u64 start, __u64 end,
		      struct sums *to)
{
	__u64 from = start > block->base ? (start - block->base) / DAMO_PAGE : 0,
	      until = (end - block->base) / DAMO_PAGE;
	__u32 there = 0, seen = 0, swapped = 0;

	if (!damo_pages__is_current(target, block))
		return;
	for (__u64 i = from; i < until && i < 512; i++) {
		__u8 state = block->state[i];

		there += state & 1;
		seen += state >> 1 & state & 1;
		swapped += state >> 2 & 1;
	}
	to->there += there;
	to->seen += seen;
	to->swapped += swapped;
}

static void end_window(struct damo_page_target *target)
{
	for (size_t i = 0; i < target->nr_blocks; i++)
		for (int j = 0; j < 512; j++)
			target->blocks[i]->state[j] &= ~DAMO_SEEN;
}

/* Fewer, where there are more than anybody reads: neighbours in groups of equal numbers. */
static size_t group_of(size_t i, size_t nr, size_t cap)
{
	return nr <= cap ? i : i * cap / nr;
}

/* What is in memory or swap in areas; the number of those that have any. */
static size_t sum_areas(const struct damo_page_target *target, struct sums *sums)
{
	size_t at = 0, nr = 0;

	for (size_t i = 0; i < target->areas.nr; i++) {
		const struct damo_area *area = &target->areas.all[i];

		while (at < target->nr_blocks && target->blocks[at]->base + DAMO_BLOCK <= area->start)
			at++;
		for (size_t j = at; j < target->nr_blocks && target->blocks[j]->base < area->end; j++)
			add_block(target, target->blocks[j], area->start, area->end, &sums[i]);
		nr += sums[i].there || sums[i].swapped;
	}
	return nr;
}

int damo_pages__areas(struct damo_pages *p, __u32 slot, __u32 ends_window, double *start, double *end, double *resident,
		      double *used, double *swapped, __u32 cap)
{
	struct damo_page_target *target = damo_pages__target(p, slot);
	__u64 begin = damo_pages__cpu_ns();
	struct sums *sums;
	size_t nr, found = 0;
	int last = -1;

	if (!target || !cap)
		return -EINVAL;
	sums = calloc(target->areas.nr + 1, sizeof(*sums));
	if (!sums)
		return -ENOMEM;
	nr = sum_areas(target, sums);
	for (size_t i = 0; i < target->areas.nr; i++) {
		int to;

		if (!sums[i].there && !sums[i].swapped)
			continue;
		to = group_of(found++, nr, cap);
		if (to != last) {
			start[to] = target->areas.all[i].start;
			resident[to] = used[to] = swapped[to] = 0;
			last = to;
		}
		end[to] = target->areas.all[i].end;
		resident[to] += sums[i].there * DAMO_PAGE;
		used[to] += sums[i].seen * DAMO_PAGE;
		swapped[to] += sums[i].swapped * DAMO_PAGE;
	}
	free(sums);
	if (ends_window)
		end_window(target);
	p->counters.cpu_ns += damo_pages__cpu_ns() - begin;
	return last + 1;
}

/* Bytes in memory of a part of a block. */
static __u64 resident_in(const struct damo_page_target *target, const struct damo_block *block, __u64 start, __u64 end)
{
	struct sums sums = { 0 };

	if (start <= block->base && end >= block->base + DAMO_BLOCK)
		return damo_pages__is_current(target, block) ? block->there * DAMO_PAGE : 0;
	add_block(target, block, start, end, &sums);
	return sums.there * DAMO_PAGE;
}

int damo_pages__spans(const struct damo_pages *p, __u32 slot, double *start, double *end, double *resident, __u32 cap)
{
	const struct damo_page_target *target = &p->targets[slot < DAMO_MAX_SLOTS ? slot : 0];
	size_t at = 0;
	__u32 nr = 0;

	for (size_t i = 0; i < target->areas.nr; i++) {
		const struct damo_area *area = &target->areas.all[i];
		/* Where the span before ended; none does there. A privileged process may have mapped address 0. */
		__u64 last = -1;

		while (at < target->nr_blocks && target->blocks[at]->base + DAMO_BLOCK <= area->start)
			at++;
		for (size_t j = at; j < target->nr_blocks && target->blocks[j]->base < area->end; j++) {
			const struct damo_block *block = target->blocks[j];
			__u64 from = area->start > block->base ? area->start : block->base;
			__u64 to = area->end < block->base + DAMO_BLOCK ? area->end : block->base + DAMO_BLOCK;
			__u64 bytes = resident_in(target, block, from, to);

			if (!bytes)
				continue;
			if (last != from && ++nr <= cap)
				start[nr - 1] = from;
			last = to;
			if (nr > cap)
				continue;
			end[nr - 1] = to;
			resident[nr - 1] += bytes;
		}
	}
	return nr;
}

int damo_pages__resident(const struct damo_pages *p, __u32 slot, const double *start, const double *end, __u32 nr,
			 double *resident)
{
	const struct damo_page_target *target = &p->targets[slot < DAMO_MAX_SLOTS ? slot : 0];

	for (__u32 i = 0; i < nr; i++) {
		__u64 from = start[i], to = end[i];
		size_t at = damo_pages__first_block(target, from);

		resident[i] = 0;
		for (; at < target->nr_blocks && target->blocks[at]->base < to; at++)
			resident[i] += resident_in(target, target->blocks[at], from, to);
	}
	return 0;
}

/* Room for a bit a page of the machine, all of them 0. */
int damo_pages__begin_frames(struct damo_pages *p)
{
	size_t words = (p->facts.limit / DAMO_PAGE + 63) / 64;

	if (!p->frames_there) {
		p->frames_there = calloc(words, sizeof(__u64));
		p->frames_used = calloc(words, sizeof(__u64));
		if (!p->frames_there || !p->frames_used)
			return -ENOMEM;
		p->nr_frame_words = words;
		return 0;
	}
	memset(p->frames_there, 0, words * sizeof(__u64));
	memset(p->frames_used, 0, words * sizeof(__u64));
	return 0;
}

static double bytes_of(const __u64 *words, size_t nr)
{
	__u64 pages = 0;

	for (size_t i = 0; i < nr; i++)
		pages += __builtin_popcountll(words[i]);
	return (double)pages * DAMO_PAGE;
}

int damo_pages__union(const struct damo_pages *p, double *resident, double *used)
{
	*resident = bytes_of(p->frames_there, p->nr_frame_words);
	*used = bytes_of(p->frames_used, p->nr_frame_words);
	return 0;
}
