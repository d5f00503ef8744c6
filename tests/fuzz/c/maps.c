// SPDX-License-Identifier: MIT
/* /proc/PID/maps and statm, whose names a process chooses: whatever they say, what is watched ascends and is whole. */
#define _GNU_SOURCE
#include <assert.h>
#include <sys/mman.h>
#include "../../../bpf/damo_pages_areas.c"
#include "input.h"

__u64 damo_pages__cpu_ns(void)
{
	return 0;
}

__u64 damo_clock_boottime_ns(void)
{
	return 0;
}

/* Ranges as the caller gives them: ascending. */
static void set_edges(struct damo_edges *to, struct input *in)
{
	double start[8], end[8];
	uint32_t nr = take(in, 1) % 8;
	uint64_t at = 0;

	for (uint32_t i = 0; i < nr; i++) {
		start[i] = at += take(in, 3) * DAMO_PAGE;
		end[i] = at += (1 + take(in, 3)) * DAMO_PAGE;
	}
	assert(!damo_pages__set_edges(to, start, end, nr));
}

static void read_statm(struct damo_page_target *target, const struct input *in)
{
	target->statm_fd = memfd_create("statm", MFD_CLOEXEC);
	if (target->statm_fd < 0)
		return;
	if (write(target->statm_fd, in->at, in->left < 200 ? in->left : 200) >= 0)
		learn_size(target);
	close(target->statm_fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input in = { bytes, size };
	struct damo_page_target target = { .statm_fd = -1 };

	set_edges(&target.only, &in);
	set_edges(&target.without, &in);
	read_statm(&target, &in);
	target.maps = malloc(in.left + 1);
	assert(target.maps);
	memcpy(target.maps, in.at, in.left);
	target.maps[in.left] = 0;
	assert(!damo_pages__set_areas(&target));
	for (size_t i = 0; i < target.areas.nr; i++)
		assert(target.areas.all[i].start < target.areas.all[i].end);
	damo_pages__free_areas(&target);
	return 0;
}
