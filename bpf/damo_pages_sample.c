// SPDX-License-Identifier: MIT
/* One aggregation interval: clear, wait, look, as often as asked for; the timing is all on this side. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "pages_sampler.h"

static __u64 random_below(struct damo_pages *p, __u64 below)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return below ? p->random % below : 0;
}

static void learn_resident(struct damo_page_target *target)
{
	char text[128], *second;
	ssize_t n = target->statm_fd < 0 ? 0 : pread(target->statm_fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = 0;
	second = strchr(text, ' ');
	if (second)
		target->resident = strtoull(second, NULL, 10);
}

/* Until `ns` of CLOCK_BOOTTIME; -ECANCELED if stopped before. */
static int wait_until(struct damo_pages *p, __u64 ns)
{
	struct pollfd stop = { .fd = p->stop_fd, .events = POLLIN };
	struct timespec left;
	__u64 now;
	int n;

	do {
		now = damo_clock_boottime_ns();
		left.tv_sec = ns > now ? (ns - now) / 1000000000 : 0;
		left.tv_nsec = ns > now ? (ns - now) % 1000000000 : 0;
		n = ppoll(&stop, 1, &left, NULL);
		if (n > 0)
			return -ECANCELED;
		if (n < 0 && errno != EINTR)
			return -errno;
	} while (n < 0);
	return 0;
}

static void pick(struct damo_pages *p, const double *start, const double *end, __u32 nr, __u32 each, __u64 *picks)
{
	for (__u32 i = 0; i < nr; i++) {
		__u64 first = start[i], pages = ((__u64)end[i] - first) / DAMO_PAGE;

		for (__u32 j = 0; j < each; j++)
			*picks++ = first + random_below(p, pages) * DAMO_PAGE;
	}
}

static int count_picks(struct damo_pages *p, struct damo_page_target *target, const __u64 *picks, size_t nr,
		       __u32 each, __u64 *hits)
{
	for (size_t done = 0, n; done < nr; done += n) {
		int err;

		n = nr - done < DAMO_WALK_STEPS ? nr - done : DAMO_WALK_STEPS;
		for (size_t i = 0; i < n; i++)
			p->steps[i].address = picks[done + i];
		p->walk->of = DAMO_WALK_PAGES;
		p->walk->nr = n;
		err = damo_pages__walk(p, target);
		if (err)
			return err;
		for (size_t i = 0; i < n; i++)
			hits[(done + i) / each] += (p->steps[i].entry & DAMO_ENTRY_ACCESSED) &&
						   !(picks[done + i] & DAMO_STUCK);
		p->counters.walked += n;
	}
	return 0;
}

static int count_all(struct damo_pages *p, struct damo_page_target *target, const double *start, const double *end,
		     __u32 nr)
{
	__u64 counted = 0; /* two ranges may begin and end within one table */
	int err = 0;

	for (__u32 i = 0; i < nr && !err; i++)
		err = damo_pages__count_range(p, target, start[i], end[i], &counted);
	return err;
}

static int is_alive(const struct damo_pages_part *part)
{
	return part->result == 0;
}

/* A process that ended is left out from then on; any other error ends the interval. */
static int note(struct damo_pages_part *part, int err)
{
	if (err == -ESRCH)
		part->result = err;
	return err == -ESRCH ? 0 : err;
}

static int sample(struct damo_pages *p, struct damo_pages_interval *interval, struct damo_pages_part *parts,
		  const double *start, const double *end)
{
	__u64 due = interval->next_ns, now;
	__u32 region = 0, each = interval->picks;
	int err = 0;

	for (__u32 i = 0; i < interval->nr_parts && !err; region += parts[i++].nr_regions) {
		struct damo_page_target *target = damo_pages__target(p, parts[i].slot);
		__u64 *picks = p->picks + (size_t)region * each;

		if (!is_alive(&parts[i]))
			continue;
		if (!interval->exact)
			pick(p, start + region, end + region, parts[i].nr_regions, each, picks);
		if (parts[i].clear == DAMO_CLEAR_COLD && !interval->exact)
			err = damo_pages__chill(p, target, picks, (size_t)parts[i].nr_regions * each,
						&interval->stuck);
		else
			err = damo_pages__clear_refs(p, target, "1");
		err = note(&parts[i], err);
	}
	if (!err)
		err = wait_until(p, due);
	region = 0;
	for (__u32 i = 0; i < interval->nr_parts && !err; region += parts[i++].nr_regions) {
		struct damo_page_target *target = damo_pages__target(p, parts[i].slot);

		if (!is_alive(&parts[i]))
			continue;
		if (interval->exact)
			err = count_all(p, target, start + region, end + region, parts[i].nr_regions);
		else
			err = count_picks(p, target, p->picks + (size_t)region * each,
					  (size_t)parts[i].nr_regions * each, each, p->hits + region);
		err = note(&parts[i], err);
	}
	if (err)
		return err;
	p->counters.samples++;
	interval->samples++;
	/* What is past cannot be sampled any more: the rhythm is kept, and the gap is counted. */
	now = damo_clock_boottime_ns();
	interval->end_ns = now;
	interval->next_ns = due + interval->sample_ns;
	if (now > interval->next_ns) {
		__u64 missed = (now - due) / interval->sample_ns;

		p->counters.missed += missed;
		interval->next_ns += missed * interval->sample_ns;
	}
	return 0;
}

static int reserve(__u64 **array, size_t *cap, size_t nr)
{
	__u64 *larger;

	if (nr <= *cap)
		return 1;
	larger = realloc(*array, nr * sizeof(**array));
	if (!larger)
		return 0;
	*array = larger;
	*cap = nr;
	return 1;
}

int damo_pages__sample(struct damo_pages *p, struct damo_pages_interval *interval, struct damo_pages_part *parts,
		       const double *start, const double *end, __u32 *nr_accesses)
{
	__u64 begin = damo_pages__cpu_ns(), now = damo_clock_boottime_ns();
	__u32 nr_regions = 0;
	int err = 0;

	if (!interval->sample_ns || !interval->picks)
		return -EINVAL;
	for (__u32 i = 0; i < interval->nr_parts; i++) {
		struct damo_page_target *target = damo_pages__target(p, parts[i].slot);

		if (!target)
			return -EINVAL;
		parts[i].result = 0;
		nr_regions += parts[i].nr_regions;
		learn_resident(target);
	}
	if (!interval->exact) {
		if (!reserve(&p->picks, &p->cap_picks, (size_t)nr_regions * interval->picks) ||
		    !reserve(&p->hits, &p->cap_hits, nr_regions))
			return -ENOMEM;
		memset(p->hits, 0, nr_regions * sizeof(*p->hits));
	}
	/* A little late is made up for by a first sample that is a little short; more is not. */
	if (now > interval->next_ns + interval->sample_ns / 4)
		interval->next_ns = now;
	err = wait_until(p, interval->next_ns);
	interval->start_ns = interval->end_ns = damo_clock_boottime_ns();
	interval->next_ns += interval->sample_ns;
	interval->samples = interval->stuck = 0;
	while (!err && interval->samples < interval->nr_samples) {
		err = sample(p, interval, parts, start, end);
		now = damo_pages__cpu_ns();
		p->counters.cpu_ns += now - begin;
		begin = now;
	}
	for (__u32 i = 0; i < nr_regions && !interval->exact; i++)
		nr_accesses[i] = (p->hits[i] + interval->picks / 2) / interval->picks;
	/* The last look was at the end of its interval, and the next interval begins there. */
	interval->next_ns -= interval->sample_ns;
	p->counters.cpu_ns += damo_pages__cpu_ns() - begin;
	return err;
}
