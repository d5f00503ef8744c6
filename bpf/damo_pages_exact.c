// SPDX-License-Identifier: MIT
/* An exact interval's end: the age of every page, and the runs of pages that were accessed equally often. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "pages_sampler.h"

/* So many runs of equal pages for each that is asked for; with more, pages that differ little are one from the start. */
#define ROOM 8

/* Memory of at most so many tables, 4 GiB, is added up within some 20 ms: also where somebody wants to stop. */
#define SOON_DONE 2048

static int is_stopped(const struct damo_pages *p, const struct damo_page_target *target)
{
	return p->is_stopped && target->nr_blocks > SOON_DONE;
}

static int age_blocks(struct damo_pages *p, struct damo_page_target *target, __u32 samples)
{
	__u32 before = target->last_samples ? target->last_samples : samples;

	for (size_t i = 0; i < target->nr_blocks; i++) {
		struct damo_counts *counts = target->blocks[i]->counts;

		if (is_stopped(p, target))
			return -ECANCELED;
		for (int j = 0; counts && j < 512; j++) {
			/* As shares of the samples, whose number may have changed. */
			__u64 now = (__u64)counts->now[j] * before, last = (__u64)counts->last[j] * samples;
			__u64 difference = now > last ? now - last : last - now;
			int changed = difference * 10 > (__u64)samples * before || !now != !last;

			counts->age[j] = changed ? 0 : counts->age[j] + 1;
		}
	}
	target->last_samples = samples;
	return 0;
}

static int add_run(struct damo_runs *runs, const struct damo_run *run)
{
	struct damo_run *all = damo_pages__grow(runs->all, runs->nr, &runs->cap, sizeof(*run));

	if (!all)
		return -ENOMEM;
	runs->all = all;
	all[runs->nr++] = *run;
	return 0;
}

/* Of pages that are beside each other and in memory: those whose counts differ by at most `loose`, or not, and ages not. */
static int add_pages(struct damo_runs *runs, const struct damo_counts *counts, const struct damo_block *block,
		     __u32 from, __u32 to, __u32 area, __u32 loose)
{
	struct damo_run *run = runs->nr ? &runs->all[runs->nr - 1] : NULL;
	__u64 address = block->base + from * DAMO_PAGE;
	__u32 low = 0, high = 0;

	if (run && (run->area != area || run->end != address || loose))
		run = NULL;
	for (__u32 i = from; i < to; i++, address += DAMO_PAGE) {
		__u32 now = counts->now[i], age = counts->age[i];
		int same = run && !now == !run->used;

		if (!counts->there[i]) {
			run = NULL;
			continue;
		}
		if (same && !loose)
			same = run->accesses == now * run->pages && run->age == age;
		else if (same)
			same = (now > high ? now : high) - (now < low ? now : low) <= loose;
		if (!same) {
			struct damo_run next = { .start = address, .end = address, .area = area, .age = age };

			if (add_run(runs, &next))
				return -ENOMEM;
			run = &runs->all[runs->nr - 1];
			low = high = now;
		}
		low = now < low ? now : low;
		high = now > high ? now : high;
		run->end = address + DAMO_PAGE;
		run->pages++;
		run->used += now != 0;
		run->accesses += now;
		run->looks += counts->there[i];
		run->ages += age;
	}
	return 0;
}

/* -E2BIG where there would be more than `most`. */
static int add_areas(struct damo_pages *p, const struct damo_page_target *target, __u32 loose, size_t most)
{
	struct damo_runs *runs = &p->runs;
	size_t at = 0;

	runs->nr = 0;
	for (size_t i = 0; i < target->areas.nr; i++) {
		const struct damo_area *area = &target->areas.all[i];

		while (at < target->nr_blocks && target->blocks[at]->base + DAMO_BLOCK <= area->start)
			at++;
		for (size_t j = at; j < target->nr_blocks && target->blocks[j]->base < area->end; j++) {
			const struct damo_block *block = target->blocks[j];
			__u64 from = area->start > block->base ? (area->start - block->base) / DAMO_PAGE : 0;
			__u64 to = (area->end - block->base) / DAMO_PAGE;
			int err;

			if (!block->counts)
				continue;
			if (is_stopped(p, target))
				return -ECANCELED;
			err = add_pages(runs, block->counts, block, from, to < 512 ? to : 512, i, loose);
			if (!err && runs->nr > most)
				err = -E2BIG;
			if (err)
				return err;
		}
	}
	return 0;
}

/* Areas with a run of their own. */
static size_t nr_areas_of(const struct damo_runs *runs)
{
	size_t nr = 0;

	for (size_t i = 0; i < runs->nr; i++)
		nr += i == 0 || runs->all[i].area != runs->all[i - 1].area;
	return nr;
}

/* Begins the next interval; blocks whose table is gone are of memory that is gone. */
static void turn_over(struct damo_page_target *target)
{
	size_t kept = 0;

	for (size_t i = 0; i < target->nr_blocks; i++) {
		struct damo_block *block = target->blocks[i];

		if (!damo_pages__is_current(target, block)) {
			damo_pages__free_block(block);
			continue;
		}
		if (block->counts) {
			memcpy(block->counts->last, block->counts->now, sizeof(block->counts->last));
			memset(block->counts->now, 0, sizeof(block->counts->now));
			memset(block->counts->there, 0, sizeof(block->counts->there));
		}
		target->blocks[kept++] = block;
	}
	target->nr_blocks = kept;
}

int damo_pages__aggregate(struct damo_pages *p, __u32 slot, __u32 samples, __u32 most)
{
	struct damo_page_target *target = damo_pages__target(p, slot);
	__u64 begin = damo_pages__cpu_ns();
	__u32 loose = 0;
	size_t areas;
	int err;

	if (!target || !most || !samples)
		return -EINVAL;
	err = age_blocks(p, target, samples);
	if (!err)
		err = add_areas(p, target, 0, (size_t)most * ROOM);
	if (err == -E2BIG) {
		/* What DAMON takes for alike. */
		loose = samples / 10 ? samples / 10 : 1;
		err = add_areas(p, target, loose, (size_t)most * ROOM);
	}
	if (err == -E2BIG)
		err = add_areas(p, target, samples, -1);
	if (!err) {
		areas = nr_areas_of(&p->runs);
		damo_pages__merge_runs(&p->runs, samples, most > 2 * areas ? most : 2 * areas);
		turn_over(target);
	}
	p->counters.cpu_ns += damo_pages__cpu_ns() - begin;
	return err ? err : (int)p->runs.nr;
}

int damo_pages__runs(const struct damo_pages *p, __u32 samples, double *start, double *end, __u32 *nr_accesses,
		     __u32 *age, double *resident, double *used, __u32 *looks)
{
	for (size_t i = 0; i < p->runs.nr; i++) {
		const struct damo_run *run = &p->runs.all[i];
		__u64 mean = (run->accesses + run->pages / 2) / run->pages;

		start[i] = run->start;
		end[i] = run->end;
		/* Seldom is not never. */
		nr_accesses[i] = run->accesses && !mean ? 1 : mean > samples ? samples : mean;
		age[i] = run->ages / run->pages;
		resident[i] = run->pages * DAMO_PAGE;
		used[i] = run->used * DAMO_PAGE;
		looks[i] = run->looks > 0xffffffffull ? 0xffffffff : run->looks;
	}
	return p->runs.nr;
}
