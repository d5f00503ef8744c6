// SPDX-License-Identifier: MIT
/*
 * The two ways to clear accessed bits. clear_refs touches every page of a process; MADV_COLD only those that are asked
 * for, about 0.5 us each, 2 to 9 us where another processor's TLB has to be flushed. Its side effect: the page goes to the
 * list of inactive ones, from which its next access takes it back when memory gets short. Pages that other processes map
 * as well, locked ones and those of hugetlbfs it leaves alone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "pages_sampler.h"

#define MOST_RANGES 1024	 /* of one system call */
#define EXCLUSIVE   (1ull << 56) /* in pagemap: no other process maps the page */

int damo_pages__clear_refs(struct damo_pages *p, struct damo_page_target *target, const char *which)
{
	__u64 begin = damo_pages__cpu_ns();
	int err = target->panel.nr ? damo_pages__panel_look(p, target) : 0;

	/*
	 * A processor that has a translation at hand does not look into the table, so that a small hot part would seem
	 * idle. Since Linux 5.12 only clearing "soft-dirty" bits flushes, and where there are none that is all it does,
	 * after a walk through all tables: too much for file mappings alone.
	 */
	if (!err)
		err = damo_pages__write(p, target, *which == '1' && p->facts.can_flush ? "14" : which);
	p->counters.clears++;
	if (*which == '1')
		p->counters.cleared += target->resident;
	p->counters.clear_ns += damo_pages__cpu_ns() - begin;
	return err;
}

int damo_pages__clear(struct damo_pages *p, __u32 slot)
{
	struct damo_page_target *target = damo_pages__target(p, slot);

	return target ? damo_pages__clear_refs(p, target, "1") : -EINVAL;
}

static int is_anonymous(const struct damo_page_target *target, __u64 address)
{
	size_t i = damo_pages__area_after(&target->areas, address);

	return i < target->areas.nr && target->areas.all[i].start <= address && target->areas.all[i].is_anonymous;
}

/* Advises all ranges; one that cannot be advised (locked, or unmapped meanwhile) ends the call, and is left out. */
static int advise(const struct damo_page_target *target, struct iovec *ranges, int nr)
{
	while (nr > 0) {
		ssize_t done = syscall(SYS_process_madvise, target->pidfd, ranges, nr, MADV_COLD, 0);

		if (done < 0 && (errno == EPERM || errno == ESRCH || errno == ENOSYS))
			return -errno;
		for (; nr > 0 && done >= (ssize_t)ranges->iov_len; ranges++, nr--)
			done -= ranges->iov_len;
		if (nr > 0) {
			ranges++;
			nr--;
		}
	}
	return 0;
}

static int look(struct damo_pages *p, struct damo_page_target *target, __u32 nr)
{
	p->walk->of = DAMO_WALK_PAGES;
	p->walk->nr = nr;
	p->counters.walked += nr;
	return damo_pages__walk(p, target);
}

static int is_shared(const struct damo_page_target *target, __u64 address)
{
	__u64 page = EXCLUSIVE;

	if (target->pagemap_fd >= 0 &&
	    pread(target->pagemap_fd, &page, sizeof(page), address / DAMO_PAGE * sizeof(page)) != sizeof(page))
		return 0;
	return !(page & EXCLUSIVE);
}

/* Pages `which` of the picks, up to MOST_RANGES, all anonymous and accessed. */
static int chill_some(struct damo_pages *p, struct damo_page_target *target, __u64 *picks, const __u32 *which,
		      struct iovec *ranges, __u32 nr, __u32 *stuck)
{
	__u64 begin = damo_pages__cpu_ns();
	int err = advise(target, ranges, nr);

	p->counters.clear_ns += damo_pages__cpu_ns() - begin;
	p->counters.chilled += nr;
	if (err)
		return err;
	/* What is accessed still is either in use right now, or cannot be cleared: only then other processes map it. */
	for (__u32 i = 0; i < nr; i++)
		p->steps[i].address = picks[which[i]];
	err = look(p, target, nr);
	for (__u32 i = 0; i < nr && !err; i++)
		if ((p->steps[i].entry & DAMO_ENTRY_ACCESSED) && is_shared(target, picks[which[i]])) {
			picks[which[i]] |= DAMO_STUCK;
			++*stuck;
		}
	return err;
}

int damo_pages__chill(struct damo_pages *p, struct damo_page_target *target, __u64 *picks, size_t nr, __u32 *stuck)
{
	static __thread struct iovec ranges[MOST_RANGES];
	static __thread __u32 which[MOST_RANGES];
	int others = 0, err = 0;

	/* One call's worth at a time: the entries are lost with the next walk. */
	for (size_t done = 0, n; done < nr && !err; done += n) {
		__u32 found = 0;

		n = nr - done < MOST_RANGES ? nr - done : MOST_RANGES;
		for (size_t i = 0; i < n; i++)
			p->steps[i].address = picks[done + i];
		err = look(p, target, n);
		for (size_t i = 0; i < n && !err; i++) {
			__u64 entry = p->steps[i].entry, level = entry >> DAMO_ENTRY_LEVEL_SHIFT;
			/* Part of a huge page would split it. */
			__u64 bytes = level == 2 ? DAMO_BLOCK : DAMO_PAGE;

			if (!(entry & DAMO_ENTRY_ACCESSED))
				continue;
			if (level > 2 || !is_anonymous(target, picks[done + i])) {
				others = 1;
				continue;
			}
			which[found] = i;
			ranges[found++] = (struct iovec){ (void *)(picks[done + i] & -bytes), bytes };
		}
		if (found && !err)
			err = chill_some(p, target, picks + done, which, ranges, found, stuck);
	}
	return others && !err ? damo_pages__clear_refs(p, target, "3") : err;
}
