// SPDX-License-Identifier: MIT
/* What a process has in memory, by its pagemap. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include "damo_memory.h"

/* As in linux/fs.h from 6.7 on; the headers of the build may be older. */
struct page_region_67 {
	__u64 start;
	__u64 end;
	__u64 categories;
};

struct pm_scan_arg_67 {
	__u64 size;
	__u64 flags;
	__u64 start;
	__u64 end;
	__u64 walk_end;
	__u64 vec;
	__u64 vec_len;
	__u64 max_pages;
	__u64 category_inverted;
	__u64 category_mask;
	__u64 category_anyof_mask;
	__u64 return_mask;
};

#define PAGEMAP_SCAN_67 _IOWR('f', 16, struct pm_scan_arg_67)
#define IS_PRESENT	(1 << 3)
#define IS_SWAPPED	(1 << 4)
#define IS_PFNZERO	(1 << 5)

#define REGIONS 2048
#define ENTRIES 8192

/* Of one mapping no more is read entry by entry: 8 GiB, 16 MiB of entries. A larger one counts as a run, of nothing known. */
#define MOST_READ (8ULL << 30)

struct scan {
	const double *mappings;
	__u32 nr_mappings;
	__u32 at; /* the mapping that the next pages may be in */
	double gap;
	struct damo_memory_run *to;
	__u32 cap;
	__u32 nr;
	struct damo_memory_run last; /* the run that may still grow; it is the nr-th */
};

static void put(struct scan *s)
{
	if (s->nr > 0 && s->nr <= s->cap)
		s->to[s->nr - 1] = s->last;
}

static void add_in_mapping(struct scan *s, double start, double end, int swapped, int begins)
{
	double bytes = end - start;

	if (begins || s->nr == 0 || start - s->last.end > s->gap) {
		put(s);
		s->nr++;
		s->last = (struct damo_memory_run){ .start = start };
	}
	s->last.end = end;
	if (swapped)
		s->last.swapped += bytes;
	else
		s->last.resident += bytes;
}

/* Pages that follow each other, which may be of several mappings. */
static void add(struct scan *s, double start, double end, int swapped)
{
	while (s->at < s->nr_mappings && start < end) {
		double from = s->mappings[2 * s->at], to = s->mappings[2 * s->at + 1];

		if (start >= to) {
			s->at++;
			continue;
		}
		if (end <= from)
			return;
		if (start < from)
			start = from;
		add_in_mapping(s, start, end < to ? end : to, swapped, s->nr == 0 || s->last.start < from);
		start = to;
	}
}

static int scan_all(int fd, struct scan *s)
{
	struct page_region_67 *regions = malloc(REGIONS * sizeof(*regions));
	struct pm_scan_arg_67 arg = {
		.size = sizeof(arg),
		.start = s->mappings[0],
		.end = s->mappings[2 * s->nr_mappings - 1],
		.vec = (__u64)(unsigned long)regions,
		.vec_len = REGIONS,
		/* Untouched memory that was only read shares one page of zeros: it is not counted as resident elsewhere either. */
		.category_inverted = IS_PFNZERO,
		.category_mask = IS_PFNZERO,
		.category_anyof_mask = IS_PRESENT | IS_SWAPPED,
		.return_mask = IS_PRESENT | IS_SWAPPED,
	};
	int err = 0;

	if (!regions)
		return -ENOMEM;
	while (arg.start < arg.end) {
		int nr = ioctl(fd, PAGEMAP_SCAN_67, &arg);

		if (nr < 0) {
			if (errno == EINTR)
				continue;
			err = -errno;
			break;
		}
		for (int i = 0; i < nr; i++)
			add(s, regions[i].start, regions[i].end, !!(regions[i].categories & IS_SWAPPED));
		if (arg.walk_end <= arg.start)
			break;
		arg.start = arg.walk_end;
	}
	free(regions);
	return err;
}

static int read_one(int fd, struct scan *s, __u64 from, __u64 to, __u64 page, __u64 *entries)
{
	if (to - from > MOST_READ) {
		add(s, from, to, 0);
		s->last.resident = 0;
		return 0;
	}
	for (__u64 at = from; at < to;) {
		__u64 left = (to - at) / page;
		ssize_t got = pread(fd, entries, (left < ENTRIES ? left : ENTRIES) * sizeof(*entries),
				    at / page * sizeof(*entries));

		if (got < (ssize_t)sizeof(*entries))
			return got < 0 ? -errno : 0;
		for (size_t i = 0; i < got / sizeof(*entries); i++, at += page)
			if (entries[i] >> 62)
				add(s, at, at + page, !(entries[i] >> 63));
	}
	return 0;
}

static int read_all(int fd, struct scan *s)
{
	__u64 page = sysconf(_SC_PAGESIZE), *entries = malloc(ENTRIES * sizeof(*entries));
	int err = entries ? 0 : -ENOMEM;

	for (__u32 i = 0; i < s->nr_mappings && !err; i++)
		err = read_one(fd, s, s->mappings[2 * i], s->mappings[2 * i + 1], page, entries);
	free(entries);
	return err;
}

int damo_memory__scan(const char *pagemap, const double *mappings, __u32 nr_mappings, double gap,
		      struct damo_memory_run *to, __u32 cap, __u32 pread)
{
	struct scan s = { .mappings = mappings, .nr_mappings = nr_mappings, .gap = gap, .to = to, .cap = cap };
	int fd, err = -ENOTTY;

	if (nr_mappings == 0)
		return 0;
	fd = open(pagemap, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!pread)
		err = scan_all(fd, &s);
	if (err == -ENOTTY || err == -EINVAL)
		err = read_all(fd, &s);
	close(fd);
	if (err)
		return err;
	put(&s);
	return s.nr;
}

int damo_files__write(const char *text, __u32 nr, int *err)
{
	for (__u32 i = 0; i < nr; i++) {
		const char *what = text + strlen(text) + 1;
		size_t length = strlen(what);
		/* Neither made nor cut: a file of the kernel takes one write at its beginning. */
		int fd = open(text, O_WRONLY | O_CLOEXEC);
		ssize_t put = fd < 0 ? -1 : write(fd, what, length);

		if (put < 0) {
			*err = errno;
			if (fd >= 0)
				close(fd);
			return i;
		}
		close(fd);
		text = what + length + 1;
	}
	return nr;
}
