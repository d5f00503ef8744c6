// SPDX-License-Identifier: MIT
/*
 * Merges made-up runs by the library's own code, and checks what must hold: sums are kept, no more runs than allowed, none of
 * two mappings, and used pages are mixed with unused ones only where nothing else is left. Says "ok", or what does not hold.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../../../bpf/damo_pages_runs.c"

static unsigned int below(unsigned int most)
{
	return rand() % most;
}

static struct damo_run add(struct damo_run a, const struct damo_run *b)
{
	merge(&a, b);
	return a;
}

/* Neighbours of one mapping of which all pages are used, or none. */
static size_t pure_neighbours(const struct damo_runs *runs)
{
	size_t nr = 0;

	for (size_t i = 1; i < runs->nr; i++) {
		const struct damo_run *a = &runs->all[i - 1], *b = &runs->all[i];

		nr += a->area == b->area && ((!a->used && !b->used) || (a->used == a->pages && b->used == b->pages));
	}
	return nr;
}

static const char *check(void)
{
	struct damo_run all[400], sum = { 0 }, after = { 0 };
	struct damo_runs runs = { .all = all, .nr = 1 + below(400), .cap = 400 };
	__u32 area = 0, areas = 1, samples = 1 + below(20);
	size_t most, mixed = 0;
	__u64 at = DAMO_PAGE;

	for (size_t i = 0; i < runs.nr; i++) {
		__u64 pages = 1 + below(30), each = below(2) ? 0 : 1 + below(samples);

		if (i && !below(20)) {
			area++;
			areas++;
		}
		at += below(3) ? 0 : below(5) * DAMO_PAGE;
		all[i] = (struct damo_run){ .start = at,
					    .end = at + pages * DAMO_PAGE,
					    .pages = pages,
					    .used = each ? pages : 0,
					    .accesses = pages * each,
					    .looks = pages * samples,
					    .ages = pages * below(9),
					    .area = area };
		at = all[i].end;
		sum = add(sum, &all[i]);
	}
	most = areas + below(runs.nr);
	damo_pages__merge_runs(&runs, samples, most);
	if (runs.nr > most)
		return "more runs than allowed";
	for (size_t i = 0; i < runs.nr; i++) {
		if (i && all[i].start < all[i - 1].end)
			return "runs that overlap";
		if (i && all[i].area < all[i - 1].area)
			return "a mapping that is lost";
		if (all[i].used > all[i].pages || all[i].pages * DAMO_PAGE > all[i].end - all[i].start)
			return "more pages than there are";
		mixed += all[i].used && all[i].used < all[i].pages;
		after = add(after, &all[i]);
	}
	if (after.pages != sum.pages || after.used != sum.used || after.accesses != sum.accesses ||
	    after.looks != sum.looks || after.ages != sum.ages)
		return "another sum";
	/* A round of merges may leave one pair that has come to be beside each other by it. */
	if (mixed && pure_neighbours(&runs) > mixed)
		return "pages that are mixed although others could be merged";
	return NULL;
}

int main(void)
{
	for (unsigned int turn = 0; turn < 3000; turn++) {
		const char *wrong;

		srand(turn);
		wrong = check();
		if (wrong) {
			printf("turn %u: %s\n", turn, wrong);
			return 1;
		}
	}
	puts("ok");
	return 0;
}
