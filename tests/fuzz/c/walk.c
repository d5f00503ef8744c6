// SPDX-License-Identifier: MIT
/*
 * What the BPF program gives of page tables: any entries, huge pages where the level says so, tables that come and go between two walks,
 * mappings that change. All that the library makes of them is done in any order.
 */
#define _GNU_SOURCE
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "damo_session.h"
#include "pages_sampler.h"
#include "input.h"

#define CAP 64

static struct input in;

__u64 damo_pages__cpu_ns(void)
{
	return 0;
}

__u64 damo_clock_boottime_ns(void)
{
	return 0;
}

struct damo_page_target *damo_pages__target(struct damo_pages *p, __u32 slot)
{
	return &p->targets[slot];
}

/* The kernel's share: steps within the ranges, upwards. */
int damo_pages__walk(struct damo_pages *p, struct damo_page_target *target)
{
	struct damo_walk *walk = p->walk;
	uint32_t tables = 0, nr = 0;

	(void)target;
	if (walk->of == DAMO_WALK_PAGES) {
		for (uint32_t i = 0; i < walk->nr; i++)
			p->steps[i].entry = take(&in, 2);
		return take(&in, 1) == 255 ? -3 : 0;
	}
	while (nr < 64 && tables < 8 && (walk->start < walk->end || walk->range < walk->nr_ranges)) {
		struct damo_step *step = &p->steps[nr++];
		uint64_t bits = take(&in, 3);

		if (walk->start >= walk->end) {
			walk->start = p->ranges[walk->range].start;
			walk->end = p->ranges[walk->range++].end;
			if (walk->start >= walk->end) {
				nr--;
				continue;
			}
		}
		*step = (struct damo_step){ .address = walk->start, .frame = take(&in, 2) << 12 };
		/* None, a huge page of 2 MiB, or a table; behind the last bytes there is nothing, and the walk ends soon. */
		if (!in.left) {
			walk->start = walk->end;
			continue;
		}
		if (bits % 4 == 1) {
			step->entry = (bits & 0xfff) | DAMO_ENTRY_HUGE | 2 << DAMO_ENTRY_LEVEL_SHIFT;
		} else if (bits % 4 > 1) {
			step->entry = DAMO_ENTRY_PRESENT | 1 << DAMO_ENTRY_LEVEL_SHIFT;
			for (int i = 0; i < 512; i++)
				p->tables[tables].entries[i] = i % (1 + bits % 61) ? 0 : take(&in, 4) << (bits & 32);
			tables++;
		}
		walk->start += DAMO_BLOCK;
	}
	walk->nr = nr;
	walk->tables = tables;
	return nr ? 0 : -5;
}

static void learn_maps(struct damo_page_target *target)
{
	static const char *const names[] = { "", "[heap]", "/x", "[anon:y]" };
	char text[1024];
	int length = 0;
	uint64_t at = take(&in, 2) * DAMO_PAGE;

	for (int n = take(&in, 1) % 6; n > 0; n--) {
		uint64_t start = at += take(&in, 1) * DAMO_PAGE, end = at += (1 + take(&in, 2) % 2000) * DAMO_PAGE;

		length += snprintf(text + length, sizeof(text) - length, "%llx-%llx rw-p 0 0:0 0 %s\n",
				   (unsigned long long)start, (unsigned long long)end, names[take(&in, 1) % 4]);
	}
	free(target->maps);
	target->maps = strndup(text, length);
	assert(target->maps && !damo_pages__set_areas(target));
}

static void check_ranges(const double *start, const double *end, int nr)
{
	for (int i = 0; i < nr; i++)
		assert(start[i] < end[i] && (i == 0 || end[i - 1] <= start[i]));
}

static void do_one(struct damo_pages *p, struct damo_page_target *target)
{
	double start[1024] = { 0 }, end[1024] = { 0 }, a[1024] = { 0 }, b[1024], c[1024];
	__u32 looks[1024], hits[1024], samples = 1 + take(&in, 1), wanted;
	int nr;

	switch (take(&in, 1) % 8) {
	case 0:
		learn_maps(target);
		return;
	case 1:
		damo_pages__walk_areas(p, target, 0, 0);
		return;
	case 2:
		assert(!damo_pages__begin_frames(p));
		damo_pages__walk_areas(p, target, 1, 1);
		damo_pages__union(p, a, b);
		assert(*a >= *b);
		return;
	case 3:
		nr = damo_pages__areas(p, 0, samples & 1, start, end, a, b, c, 1 + samples % CAP);
		check_ranges(start, end, nr);
		return;
	case 4:
		nr = damo_pages__spans(p, 0, start, end, a, CAP);
		check_ranges(start, end, nr < CAP ? nr : CAP);
		return;
	case 5:
		nr = damo_pages__aggregate(p, 0, samples, 1 + take(&in, 1) % CAP);
		if (nr > 0 && nr <= 1024) {
			assert(damo_pages__runs(p, samples, start, end, hits, looks, a, b, looks) == nr);
			check_ranges(start, end, nr);
		}
		return;
	case 6:
		wanted = take(&in, 1);
		nr = damo_pages__begin_panel(p, 0, wanted, take(&in, 1) & 1);
		if (nr > 0 && !damo_pages__end_panel(p, 0, start, end, a, looks, hits))
			for (int i = 0; i < nr; i++)
				assert(hits[i] <= looks[i]);
		return;
	default:
		start[0] = take(&in, 3) * 4096.0;
		end[0] = start[0] + take(&in, 3) * 4096.0;
		damo_pages__resident(p, 0, start, end, 1, a);
		assert(*a <= *end - *start);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct damo_pages *p;
	static struct damo_walk walk;
	struct damo_page_target *target;

	if (!p) {
		p = calloc(1, sizeof(*p));
		p->walk = &walk;
		p->steps = calloc(DAMO_WALK_STEPS, sizeof(*p->steps));
		p->tables = calloc(DAMO_WALK_TABLES, sizeof(*p->tables));
		p->ranges = calloc(DAMO_WALK_RANGES, sizeof(*p->ranges));
		p->facts.limit = 1 << 28;
	}
	in = (struct input){ bytes, size };
	p->random = 1 + take(&in, 4);
	target = &p->targets[0];
	/* A pidfd of nobody: nothing is advised. */
	*target = (struct damo_page_target){ .pid = 1, .statm_fd = -1, .pagemap_fd = -1, .pidfd = -1 };
	target->clear_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	learn_maps(target);
	for (int i = 0; in.left && i < 64; i++)
		do_one(p, target);
	close(target->clear_fd);
	damo_pages__free_areas(target);
	damo_pages__free_panel(target);
	damo_pages__free_blocks(target);
	return 0;
}
