// SPDX-License-Identifier: MIT
/*
 * What a process has mapped, read where its size has changed: new memory is seen at once, and a look that finds nothing new
 * costs some 2 us. Watched is what can be accessed: not what has no permissions, nor what is left out, nor a gap.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "damo_session.h"
#include "pages_sampler.h"

void *damo_pages__grow(void *array, size_t nr, size_t *cap, size_t size)
{
	size_t wanted = *cap ? 2 * *cap : 64;
	void *larger;

	if (nr < *cap)
		return array;
	larger = realloc(array, wanted * size);
	if (larger)
		*cap = wanted;
	return larger;
}

int damo_pages__set_edges(struct damo_edges *to, const double *start, const double *end, __u32 nr)
{
	__u64 *edges = malloc((2 * (size_t)nr + 1) * sizeof(*edges));

	if (!edges)
		return -ENOMEM;
	for (__u32 i = 0; i < nr; i++) {
		edges[2 * i] = start[i];
		edges[2 * i + 1] = end[i];
	}
	damo_pages__free_edges(to);
	to->edges = edges;
	to->nr = nr;
	return 0;
}

void damo_pages__free_edges(struct damo_edges *edges)
{
	free(edges->edges);
	*edges = (struct damo_edges){ 0 };
}

size_t damo_pages__edge_after(const struct damo_edges *edges, __u64 address)
{
	size_t low = 0, high = edges->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (edges->edges[2 * middle + 1] <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t damo_pages__area_after(const struct damo_areas *areas, __u64 address)
{
	size_t low = 0, high = areas->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (areas->all[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void learn_size(struct damo_page_target *target)
{
	char text[128], *second;
	ssize_t n = target->statm_fd < 0 ? 0 : pread(target->statm_fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = 0;
	target->size = strtoull(text, &second, 10);
	target->resident = strtoull(second, NULL, 10);
}

static int read_maps(struct damo_page_target *target)
{
	char path[64];
	size_t size = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/maps", target->pid);
	/* Opened anew: an open one shows what was there before an exec. */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	do {
		if (target->maps_cap - size < 65536) {
			size_t cap = target->maps_cap ? 2 * target->maps_cap : 1 << 17;
			char *larger = realloc(target->maps, cap);

			if (!larger) {
				close(fd);
				return -ENOMEM;
			}
			target->maps = larger;
			target->maps_cap = cap;
		}
		n = read(fd, target->maps + size, target->maps_cap - size - 1);
		if (n > 0)
			size += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	n = n < 0 ? -errno : 0;
	close(fd);
	target->maps[size] = 0;
	target->maps_size = size;
	return n;
}

static void swap_texts(struct damo_page_target *target)
{
	char *text = target->maps;
	size_t cap = target->maps_cap;

	target->maps = target->maps_before;
	target->maps_cap = target->maps_before_cap;
	target->maps_before = text;
	target->maps_before_cap = cap;
}

static __u64 hexadecimal(const char **at)
{
	__u64 value = 0;

	for (;; ++*at) {
		char c = **at;

		if (c >= '0' && c <= '9')
			value = value << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (c - 'a' + 10);
		else
			return value;
	}
}

static const char *skip_word(const char *at)
{
	while (*at && *at != ' ' && *at != '\n')
		at++;
	while (*at == ' ')
		at++;
	return at;
}

static int begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Nothing clears accessed bits of hugetlbfs, and those pages of the kernel are not of the process. */
static int is_left_out(const char *name)
{
	return begins(name, "/anon_hugepage") || begins(name, "[vsyscall]") || begins(name, "[vvar");
}

/* Adds what is to be watched of a mapping. */
static int add_area(struct damo_page_target *target, struct damo_area area)
{
	const struct damo_edges *only = &target->only, *without = &target->without;
	size_t i = damo_pages__edge_after(only, area.start), j = damo_pages__edge_after(without, area.start);
	__u64 at = area.start, end = area.end;

	for (; at < end; at = area.end) {
		struct damo_area *all;

		area.start = at;
		area.end = end;
		if (only->nr) {
			while (i < only->nr && only->edges[2 * i + 1] <= at)
				i++;
			if (i == only->nr || only->edges[2 * i] >= end)
				break;
			if (only->edges[2 * i] > area.start)
				area.start = only->edges[2 * i];
			if (only->edges[2 * i + 1] < area.end)
				area.end = only->edges[2 * i + 1];
		}
		while (j < without->nr && without->edges[2 * j + 1] <= area.start)
			j++;
		if (j < without->nr && without->edges[2 * j] < area.end) {
			if (without->edges[2 * j] <= area.start) {
				area.end = without->edges[2 * j + 1];
				continue;
			}
			area.end = without->edges[2 * j];
		}
		all = damo_pages__grow(target->areas.all, target->areas.nr, &target->areas.cap, sizeof(area));
		if (!all)
			return -ENOMEM;
		target->areas.all = all;
		all[target->areas.nr++] = area;
	}
	return 0;
}

/* Whole blocks, as tables are read as a whole; those that touch are one. */
static int set_walked(struct damo_page_target *target)
{
	target->walked.nr = 0;
	for (size_t i = 0; i < target->areas.nr; i++) {
		const struct damo_area *area = &target->areas.all[i];
		__u64 start = area->start & -DAMO_BLOCK, end = (area->end + DAMO_BLOCK - 1) & -DAMO_BLOCK;
		struct damo_area *all = target->walked.all;

		if (target->walked.nr && start <= all[target->walked.nr - 1].end) {
			all[target->walked.nr - 1].end = end;
			continue;
		}
		all = damo_pages__grow(all, target->walked.nr, &target->walked.cap, sizeof(*all));
		if (!all)
			return -ENOMEM;
		target->walked.all = all;
		all[target->walked.nr++] = (struct damo_area){ .start = start, .end = end };
	}
	return 0;
}

/* Of lines `start-end perms offset device inode name`. */
int damo_pages__set_areas(struct damo_page_target *target)
{
	const char *at = target->maps;
	int err = 0;

	target->areas.nr = 0;
	while (at && *at && !err) {
		struct damo_area area = { 0 };
		const char *perms, *name;

		area.start = hexadecimal(&at);
		if (*at++ != '-')
			break;
		area.end = hexadecimal(&at);
		if (*at++ != ' ' || strnlen(at, 4) < 4)
			break;
		perms = at;
		name = skip_word(skip_word(skip_word(skip_word(at))));
		area.is_anonymous = perms[3] == 'p' && (*name == '\n' || begins(name, "[heap]") ||
							begins(name, "[stack]") || begins(name, "[anon:"));
		if (!begins(perms, "---") && !is_left_out(name))
			err = add_area(target, area);
		at = strchr(name, '\n');
		if (at)
			at++;
	}
	return err ? err : set_walked(target);
}

int damo_pages__look_at_maps(struct damo_page_target *target, int must, __u32 permil)
{
	__u64 now = damo_clock_boottime_ns(), begin = damo_pages__cpu_ns();
	size_t size = target->maps_size;
	int err = 0;

	learn_size(target);
	if (target->maps_version && (now < target->maps_next_ns || (!must && target->size == target->maps_size_pages)))
		return 0;
	target->maps_size_pages = target->size;
	swap_texts(target);
	err = read_maps(target);
	if (!err && target->maps_version && size == target->maps_size &&
	    !memcmp(target->maps, target->maps_before, size))
		goto out;
	if (!err) {
		err = damo_pages__set_areas(target);
		target->maps_version++;
	}
out:
	/* Where there are many mappings, they are looked at less often: it has to stay within its share of a CPU. */
	target->maps_next_ns = now + (damo_pages__cpu_ns() - begin) * 1000 / (permil ? permil : 1);
	return err;
}

void damo_pages__free_areas(struct damo_page_target *target)
{
	free(target->maps);
	free(target->maps_before);
	free(target->areas.all);
	free(target->walked.all);
	damo_pages__free_edges(&target->only);
	damo_pages__free_edges(&target->without);
}
