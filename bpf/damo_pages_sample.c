// SPDX-License-Identifier: MIT
/* One aggregation interval: clear, wait, look, as often as asked for; the timing is all on this side. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "pages_sampler.h"

#define FIRST (-20)

static __u64 random_below(struct damo_pages *p, __u64 below)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return below ? p->random % below : 0;
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

static void pick(struct damo_pages *p, const struct damo_page_target *target, const double *start, const double *end,
		 __u32 nr, __u32 each, __u64 *picks)
{
	for (__u32 i = 0; i < nr; i++) {
		__u64 first = start[i], pages = ((__u64)end[i] - first) / DAMO_PAGE;

		for (__u32 j = 0; j < each; j++, picks++) {
			*picks = first + random_below(p, pages) * DAMO_PAGE;
			/* What is cleared for this look would be lost for that of the panel: rather another one. */
			for (int k = 0; k < 4 && damo_pages__panel_has(target, *picks); k++)
				*picks = first + random_below(p, pages) * DAMO_PAGE;
		}
	}
}

static int count_picks(struct damo_pages *p, struct damo_page_target *target, const __u64 *picks, size_t nr, __u32 each,
		       __u32 *hits, __u32 *looks)
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
		for (size_t i = 0; i < n; i++) {
			int counts = (p->steps[i].entry & DAMO_ENTRY_PRESENT) && !(picks[done + i] & DAMO_STUCK);

			looks[(done + i) / each] += counts;
			hits[(done + i) / each] += counts && (p->steps[i].entry & DAMO_ENTRY_ACCESSED);
		}
		p->counters.walked += n;
	}
	return 0;
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

static int clear_picks(struct damo_pages *p, struct damo_pages_interval *interval, struct damo_pages_part *parts,
		       const double *start, const double *end)
{
	__u32 region = 0, each = interval->picks;
	int err = 0;

	for (__u32 i = 0; i < interval->nr_parts && !err; region += parts[i++].nr_regions) {
		struct damo_page_target *target = damo_pages__target(p, parts[i].slot);
		__u64 *picks = p->picks + (size_t)region * each;

		if (!is_alive(&parts[i]))
			continue;
		pick(p, target, start + region, end + region, parts[i].nr_regions, each, picks);
		target->is_cleared = 0;
		if (parts[i].clear == DAMO_CLEAR_COLD)
			err = damo_pages__chill(p, target, picks, (size_t)parts[i].nr_regions * each, &interval->stuck);
		else
			err = damo_pages__clear_refs(p, target, "1");
		err = note(&parts[i], err);
	}
	return err;
}

static int look_at_picks(struct damo_pages *p, struct damo_pages_interval *interval, struct damo_pages_part *parts,
			 __u32 *hits, __u32 *looks)
{
	__u32 region = 0, each = interval->picks;
	int err = 0;

	for (__u32 i = 0; i < interval->nr_parts && !err; region += parts[i++].nr_regions) {
		struct damo_page_target *target = damo_pages__target(p, parts[i].slot);

		if (!is_alive(&parts[i]))
			continue;
		err = count_picks(p, target, p->picks + (size_t)region * each, (size_t)parts[i].nr_regions * each, each,
				  hits + region, looks + region);
		err = note(&parts[i], err);
	}
	return err;
}

/* Where the bits are not of this time's accesses alone; afterwards each look clears them at once, and nothing is lost. */
static int clear_all(struct damo_pages *p, struct damo_pages_interval *interval, struct damo_pages_part *parts)
{
	int err = 0;

	for (__u32 i = 0; i < interval->nr_parts && !err; i++) {
		struct damo_page_target *target = damo_pages__target(p, parts[i].slot);

		if (!is_alive(&parts[i]) || target->is_cleared)
			continue;
		err = damo_pages__clear_refs(p, target, "1");
		target->is_cleared = !err;
		err = note(&parts[i], err);
	}
	return err;
}

static int all_cleared(struct damo_pages *p, const struct damo_pages_interval *interval,
		       const struct damo_pages_part *parts)
{
	for (__u32 i = 0; i < interval->nr_parts; i++)
		if (!damo_pages__target(p, parts[i].slot)->is_cleared)
			return 0;
	return interval->nr_parts > 0;
}

/* Whether the sample that is due next is the last one. */
static int is_last(const struct damo_pages_interval *interval)
{
	__u64 due = interval->next_ns, now = damo_clock_boottime_ns();

	return interval->samples + 1 >= interval->nr_samples ||
	       (interval->until_ns && (due > now ? due : now) + interval->sample_ns / 2 > interval->until_ns);
}

static int count_all(struct damo_pages *p, struct damo_pages_interval *interval, struct damo_pages_part *parts,
		     int last)
{
	int frames = interval->frames && last, err = 0;

	if (frames)
		err = damo_pages__begin_frames(p);
	for (__u32 i = 0; i < interval->nr_parts && !err; i++) {
		struct damo_page_target *target = damo_pages__target(p, parts[i].slot);

		if (!is_alive(&parts[i]))
			continue;
		/* What has just been mapped is in this look already. */
		err = damo_pages__look_at_maps(target, 0, interval->permil);
		if (!err)
			err = damo_pages__walk_areas(p, target, 1, frames);
		if (!err)
			err = damo_pages__clear_refs(p, target, "1");
		err = note(&parts[i], err);
	}
	return err;
}

/* 1 where it was the last one. */
static int sample(struct damo_pages *p, struct damo_pages_interval *interval, struct damo_pages_part *parts,
		  const double *start, const double *end, __u32 *hits, __u32 *looks)
{
	__u64 due = interval->next_ns, now;
	int last, err = interval->exact ? clear_all(p, interval, parts) : clear_picks(p, interval, parts, start, end);

	if (!err)
		err = wait_until(p, due);
	last = is_last(interval);
	if (!err)
		err = interval->exact ? count_all(p, interval, parts, last)
				      : look_at_picks(p, interval, parts, hits, looks);
	if (err)
		return err;
	p->counters.samples++;
	interval->samples++;
	/* What is past cannot be sampled any more: the rhythm is kept, and the gap is counted. */
	now = damo_clock_boottime_ns();
	interval->end_ns = p->cleared_ns = now;
	interval->next_ns = due + interval->sample_ns;
	if (now > interval->next_ns) {
		__u64 missed = (now - due) / interval->sample_ns;

		p->counters.missed += missed;
		interval->next_ns += missed * interval->sample_ns;
	}
	return last;
}

/*
 * What is accessed between a look and the clear after it is not seen: on a busy machine the thread would have to wait there
 * for its turn, for longer than both take. Its share of the CPU is small and bounded, so it goes first. Without CAP_SYS_NICE
 * it does not, and errors do not matter.
 */
static int go_first(void)
{
	int before;

	errno = 0;
	before = getpriority(PRIO_PROCESS, gettid());
	if (errno || setpriority(PRIO_PROCESS, gettid(), FIRST))
		return FIRST;
	return before;
}

static void go_as(int before)
{
	if (before > FIRST)
		setpriority(PRIO_PROCESS, gettid(), before);
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
		       const double *start, const double *end, __u32 *hits, __u32 *looks)
{
	__u64 begin = damo_pages__cpu_ns(), now = damo_clock_boottime_ns();
	__u32 nr_regions = 0;
	int err = 0, priority;

	if (!interval->sample_ns || !interval->picks)
		return -EINVAL;
	for (__u32 i = 0; i < interval->nr_parts; i++) {
		if (!damo_pages__target(p, parts[i].slot))
			return -EINVAL;
		parts[i].result = 0;
		nr_regions += interval->exact ? 0 : parts[i].nr_regions;
	}
	if (!reserve(&p->picks, &p->cap_picks, (size_t)nr_regions * interval->picks + 1))
		return -ENOMEM;
	/* A little late is made up for by a first sample that is a little short; more is not. */
	if (now > interval->next_ns + interval->sample_ns / 4)
		interval->next_ns = now;
	priority = go_first();
	err = wait_until(p, interval->next_ns);
	interval->start_ns = interval->end_ns = damo_clock_boottime_ns();
	if (interval->exact && all_cleared(p, interval, parts))
		interval->start_ns = p->cleared_ns;
	interval->next_ns += interval->sample_ns;
	interval->samples = interval->stuck = 0;
	while (!err) {
		err = sample(p, interval, parts, start, end, hits, looks);
		now = damo_pages__cpu_ns();
		p->counters.cpu_ns += now - begin;
		begin = now;
	}
	/* The last look was at the end of its interval, and the next interval begins there. */
	interval->next_ns -= interval->sample_ns;
	p->counters.cpu_ns += damo_pages__cpu_ns() - begin;
	go_as(priority);
	return err < 0 ? err : 0;
}
