// SPDX-License-Identifier: MIT
/*
 * Fewer runs, with the least error: what is added up in a run stays exact, and what is lost is where in it which page is.
 * The error of a merge is how far the pages' share of samples with an access is from the mean (as in Ward's method), and a
 * little for ages, and for what is not in memory between the two. Used pages are merged with unused ones when nothing else
 * is left.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "pages_sampler.h"

#define NEVER	     1e300
#define MIXED_WEIGHT 1e6  /* a page that is no longer told apart as used or unused */
#define AGE_WEIGHT   0.05 /* of pages of which one is new and the other is not */
#define GAP_WEIGHT   0.01 /* a page that is not in memory */

static double of_mixing(const struct damo_run *a, const struct damo_run *b)
{
	/* The fewer of the two kinds are taken for the others. */
	__u64 used = a->used + b->used, rest = a->pages + b->pages - used;
	__u64 a_rest = a->pages - a->used, b_rest = b->pages - b->used;
	__u64 before = (a->used < a_rest ? a->used : a_rest) + (b->used < b_rest ? b->used : b_rest);

	return (double)(used < rest ? used : rest) - before;
}

static double error_of(const struct damo_run *a, const struct damo_run *b, __u32 samples)
{
	double pages = (double)a->pages * b->pages / (a->pages + b->pages);
	double rate = ((double)a->accesses / a->pages - (double)b->accesses / b->pages) / samples;
	double a_age = (double)a->ages / a->pages, b_age = (double)b->ages / b->pages;
	double age = fabs(a_age - b_age) / (1 + (a_age > b_age ? a_age : b_age));

	if (a->area != b->area)
		return NEVER;
	return pages * (rate * rate + AGE_WEIGHT * age * age) + MIXED_WEIGHT * of_mixing(a, b) +
	       GAP_WEIGHT * ((b->start - a->end) / DAMO_PAGE);
}

static void merge(struct damo_run *into, const struct damo_run *from)
{
	into->end = from->end;
	into->pages += from->pages;
	into->used += from->used;
	into->accesses += from->accesses;
	into->looks += from->looks;
	into->ages += from->ages;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The error up to which `wanted` merges are to be made. */
static double limit_of(double *errors, size_t nr, size_t wanted)
{
	qsort(errors, nr, sizeof(*errors), by_value);
	return errors[wanted - 1 < nr ? wanted - 1 : nr - 1];
}

void damo_pages__merge_runs(struct damo_runs *runs, __u32 samples, size_t most)
{
	double *errors, *sorted;

	if (runs->nr <= most || runs->nr < 2)
		return;
	errors = malloc(2 * runs->nr * sizeof(*errors));
	if (!errors)
		return;
	/* In rounds: after a merge its neighbours' errors are others. */
	while (runs->nr > most) {
		size_t nr = runs->nr - 1, kept = 0, left = runs->nr - most;
		double limit;

		sorted = errors + nr;
		for (size_t i = 0; i < nr; i++)
			errors[i] = error_of(&runs->all[i], &runs->all[i + 1], samples);
		memcpy(sorted, errors, nr * sizeof(*errors));
		limit = limit_of(sorted, nr, left);
		if (sorted[0] >= NEVER)
			break;
		if (limit >= NEVER)
			limit = NEVER / 2;
		for (size_t i = 0; i < runs->nr; i++) {
			runs->all[kept] = runs->all[i];
			if (i < nr && left && errors[i] <= limit) {
				merge(&runs->all[kept], &runs->all[++i]);
				left--;
			}
			kept++;
		}
		runs->nr = kept;
	}
	free(errors);
}
