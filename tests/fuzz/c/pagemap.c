// SPDX-License-Identifier: MIT
/* Entries of /proc/PID/pagemap: any bits, and a file that ends anywhere. Runs ascend, and lie in the mappings. */
#define _GNU_SOURCE
#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include "../../../bpf/damo_memory.c"
#include "input.h"

#define CAP 16

static void check(const struct damo_memory_run *runs, int nr, const double *mappings, uint32_t nr_mappings)
{
	for (int i = 0; i < nr && i < CAP; i++) {
		assert(runs[i].start < runs[i].end && (i == 0 || runs[i - 1].end <= runs[i].start));
		assert(runs[i].start >= mappings[0] && runs[i].end <= mappings[2 * nr_mappings - 1]);
		assert(runs[i].resident + runs[i].swapped <= runs[i].end - runs[i].start);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input in = { bytes, size };
	uint32_t nr = take(&in, 1) % 6, cap = take(&in, 1) % (CAP + 1);
	double mappings[12], gap = take(&in, 1) * 4096.0;
	struct damo_memory_run runs[CAP];
	uint64_t at = 0;
	char path[64];
	int fd, found;

	for (uint32_t i = 0; i < nr; i++) {
		int is_huge = take(&in, 1) > 250;

		mappings[2 * i] = at += take(&in, 1) % 16 * 4096;
		mappings[2 * i + 1] = at += (1 + take(&in, 1) % 32) * 4096 + (is_huge ? MOST_READ : 0);
	}
	fd = memfd_create("pagemap", MFD_CLOEXEC);
	assert(fd >= 0 && write(fd, in.at, in.left) == (ssize_t)in.left);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	found = damo_memory__scan(path, mappings, nr, gap, runs, cap, take(&in, 1) & 1);
	assert(found >= 0);
	check(runs, found < (int)cap ? found : (int)cap, mappings, nr);
	close(fd);
	return 0;
}
