// SPDX-License-Identifier: MIT
/*
 * A panel: pages in memory, drawn at random, some of each mapping, cleared once and looked at once, when the window is over.
 * The share that was accessed tells how much of the mapping was. Drawn are pages that were in memory at the last walk.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "pages_sampler.h"

/* Pages of a mapping at least, as far as it has them. */
#define LEAST 8

static __u64 draw_below(struct damo_pages *p, __u64 below)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return p->random % below;
}

static int by_number(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/* Calls for each stretch of one area and block that has pages in memory. */
static int each_part(const struct damo_page_target *target,
		     int (*call)(void *to, size_t area, const struct damo_block *block, __u32 from, __u32 until),
		     void *to)
{
	size_t at = 0;

	for (size_t i = 0; i < target->areas.nr; i++) {
		const struct damo_area *area = &target->areas.all[i];

		while (at < target->nr_blocks && target->blocks[at]->base + DAMO_BLOCK <= area->start)
			at++;
		for (size_t j = at; j < target->nr_blocks && target->blocks[j]->base < area->end; j++) {
			const struct damo_block *block = target->blocks[j];
			__u64 from = area->start > block->base ? (area->start - block->base) / DAMO_PAGE : 0;
			__u64 until = (area->end - block->base) / DAMO_PAGE;
			int err = damo_pages__is_current(target, block) && block->there
					  ? call(to, i, block, from, until < 512 ? until : 512)
					  : 0;

			if (err)
				return err;
		}
	}
	return 0;
}

static __u32 count(const struct damo_block *block, __u32 from, __u32 until)
{
	__u32 there = 0;

	if (from == 0 && until == 512)
		return block->there;
	for (__u32 i = from; i < until; i++)
		there += block->state[i] & DAMO_IN_MEMORY;
	return there;
}

static int add_up(void *to, size_t area, const struct damo_block *block, __u32 from, __u32 until)
{
	((__u64 *)to)[area] += count(block, from, until);
	return 0;
}

/* Strata: mappings with pages in memory, or neighbours of them where there are too many for the panel. */
static int make_strata(const struct damo_page_target *target, struct damo_panel *panel, const __u64 *pages,
		       __u32 wanted)
{
	size_t nr = 0, cap, found = 0;

	for (size_t i = 0; i < target->areas.nr; i++)
		nr += pages[i] != 0;
	cap = wanted / LEAST ? wanted / LEAST : 1;
	panel->nr_strata = 0;
	panel->strata = calloc((nr < cap ? nr : cap) + 1, sizeof(*panel->strata));
	if (!panel->strata)
		return -ENOMEM;
	for (size_t i = 0; i < target->areas.nr; i++) {
		struct damo_stratum *stratum;
		size_t group;

		if (!pages[i])
			continue;
		group = nr <= cap ? found : found * cap / nr;
		found++;
		stratum = &panel->strata[group];
		if (group == panel->nr_strata) {
			stratum->start = target->areas.all[i].start;
			panel->nr_strata++;
		}
		stratum->end = target->areas.all[i].end;
		stratum->pages += pages[i];
	}
	return 0;
}

/* Which pages, counted from the first one of the process that is in memory; ascending. */
static int draw(struct damo_pages *p, struct damo_panel *panel, __u32 wanted)
{
	__u64 all = 0, first = 0;
	size_t room = 0;

	for (size_t i = 0; i < panel->nr_strata; i++)
		all += panel->strata[i].pages;
	for (size_t i = 0; i < panel->nr_strata; i++) {
		struct damo_stratum *stratum = &panel->strata[i];
		__u64 share = wanted * stratum->pages / all;

		stratum->wanted = share > LEAST ? share : LEAST;
		if (stratum->wanted > stratum->pages)
			stratum->wanted = stratum->pages;
		room += stratum->wanted;
	}
	panel->pages = malloc((room + 1) * sizeof(*panel->pages));
	panel->stratum = malloc((room + 1) * sizeof(*panel->stratum));
	panel->state = calloc(room + 1, 1);
	if (!panel->pages || !panel->stratum || !panel->state)
		return -ENOMEM;
	panel->drawn = 0;
	for (size_t i = 0; i < panel->nr_strata; first += panel->strata[i++].pages) {
		__u64 *pages = panel->pages + panel->drawn;
		__u32 n = panel->strata[i].wanted, kept = 0;

		for (__u32 j = 0; j < n; j++)
			pages[j] = first + (n == panel->strata[i].pages ? j : draw_below(p, panel->strata[i].pages));
		qsort(pages, n, sizeof(*pages), by_number);
		for (__u32 j = 0; j < n; j++)
			if (!kept || pages[j] != pages[kept - 1])
				pages[kept++] = pages[j];
		for (__u32 j = 0; j < kept; j++)
			panel->stratum[panel->drawn + j] = i;
		panel->drawn += kept;
	}
	return 0;
}

struct finder {
	struct damo_panel *panel;
	__u64 passed; /* pages in memory before this one */
	size_t next;  /* of those that were drawn */
};

/* Numbers become addresses. */
static int find(void *to, size_t area, const struct damo_block *block, __u32 from, __u32 until)
{
	struct finder *finder = to;
	struct damo_panel *panel = finder->panel;
	__u32 here = count(block, from, until);

	(void)area;
	if (finder->next < panel->drawn && panel->pages[finder->next] < finder->passed + here) {
		__u64 number = finder->passed;

		for (__u32 i = from; i < until && finder->next < panel->drawn; i++) {
			if (!(block->state[i] & DAMO_IN_MEMORY))
				continue;
			if (panel->pages[finder->next] == number)
				panel->pages[finder->next++] = block->base + i * DAMO_PAGE;
			number++;
		}
	}
	finder->passed += here;
	return 0;
}

int damo_pages__panel_look(struct damo_pages *p, struct damo_page_target *target)
{
	struct damo_panel *panel = &target->panel;

	for (size_t done = 0, n; done < panel->nr; done += n) {
		int err;

		n = panel->nr - done < DAMO_WALK_STEPS ? panel->nr - done : DAMO_WALK_STEPS;
		for (size_t i = 0; i < n; i++)
			p->steps[i].address = panel->pages[done + i] & -DAMO_PAGE;
		p->walk->of = DAMO_WALK_PAGES;
		p->walk->nr = n;
		err = damo_pages__walk(p, target);
		if (err)
			return err;
		p->counters.walked += n;
		for (size_t i = 0; i < n; i++) {
			__u64 entry = p->steps[i].entry;
			__u8 used = entry & DAMO_ENTRY_ACCESSED ? DAMO_SEEN : 0;

			panel->state[done + i] = (panel->state[done + i] & DAMO_SEEN) | used |
						 (entry & DAMO_ENTRY_PRESENT ? DAMO_IN_MEMORY : 0);
		}
	}
	return 0;
}

int damo_pages__panel_has(const struct damo_page_target *target, __u64 address)
{
	const struct damo_panel *panel = &target->panel;
	size_t low = 0, high = panel->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if ((panel->pages[middle] & -DAMO_PAGE) < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < panel->nr && (panel->pages[low] & -DAMO_PAGE) == address;
}

void damo_pages__free_panel(struct damo_page_target *target)
{
	free(target->panel.pages);
	free(target->panel.stratum);
	free(target->panel.state);
	free(target->panel.strata);
	target->panel = (struct damo_panel){ 0 };
}

static int begin_panel(struct damo_pages *p, struct damo_page_target *target, __u32 wanted, __u32 clear)
{
	struct damo_panel *panel = &target->panel;
	struct finder finder = { .panel = panel };
	__u64 *pages;
	__u32 stuck = 0;
	int err;

	damo_pages__free_panel(target);
	pages = calloc(target->areas.nr + 1, sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	each_part(target, add_up, pages);
	err = make_strata(target, panel, pages, wanted);
	free(pages);
	if (!err && panel->nr_strata)
		err = draw(p, panel, wanted);
	if (err || !panel->nr_strata)
		return err;
	each_part(target, find, &finder);
	target->is_cleared = 0;
	if (clear == DAMO_CLEAR_COLD)
		err = damo_pages__chill(p, target, panel->pages, panel->drawn, &stuck);
	else
		err = damo_pages__clear_refs(p, target, "1");
	/* Not before: what clears looks at the panel first. */
	panel->nr = panel->drawn;
	return err;
}

int damo_pages__begin_panel(struct damo_pages *p, __u32 slot, __u32 wanted, __u32 clear)
{
	struct damo_page_target *target = damo_pages__target(p, slot);
	__u64 begin = damo_pages__cpu_ns();
	int err;

	if (!target)
		return -EINVAL;
	err = begin_panel(p, target, wanted, clear);
	p->counters.cpu_ns += damo_pages__cpu_ns() - begin;
	return err ? err : (int)target->panel.nr_strata;
}

int damo_pages__end_panel(struct damo_pages *p, __u32 slot, double *start, double *end, double *resident, __u32 *looks,
			  __u32 *hits)
{
	struct damo_page_target *target = damo_pages__target(p, slot);
	__u64 begin = damo_pages__cpu_ns();
	struct damo_panel *panel;
	int err;

	if (!target)
		return -EINVAL;
	panel = &target->panel;
	err = damo_pages__panel_look(p, target);
	for (size_t i = 0; i < panel->nr_strata && !err; i++) {
		start[i] = panel->strata[i].start;
		end[i] = panel->strata[i].end;
		resident[i] = panel->strata[i].pages * DAMO_PAGE;
		looks[i] = hits[i] = 0;
	}
	for (size_t i = 0; i < panel->nr && !err; i++) {
		int counts = (panel->state[i] & DAMO_IN_MEMORY) && !(panel->pages[i] & DAMO_STUCK);

		looks[panel->stratum[i]] += counts;
		hits[panel->stratum[i]] += counts && (panel->state[i] & DAMO_SEEN);
	}
	damo_pages__free_panel(target);
	p->counters.cpu_ns += damo_pages__cpu_ns() - begin;
	return err;
}
