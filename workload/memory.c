// SPDX-License-Identifier: MIT
/* The regions' memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "workload.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA	     0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

/* Regions begin at multiples of this, so that huge pages treat all of them alike. */
#define ALIGNMENT ((size_t)2 << 20)

static size_t round_up(size_t bytes, size_t unit)
{
	return (bytes + unit - 1) / unit * unit;
}

/* /proc/PID/maps then shows [anon:NAME]; kernels without CONFIG_ANON_VMA_NAME refuse, which is no loss. */
static void name_mapping(const struct region *region)
{
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(name) - 1 && region->name[i]; i++) {
		char c = region->name[i];

		name[i] = c < ' ' || c > '~' || strchr("\\`$[]", c) ? '_' : c;
	}
	name[i] = '\0';
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, region->start, region->mapped_bytes, name);
}

static void check_room(const struct config *config)
{
	struct sysinfo machine;
	unsigned long long wanted = 0, there;

	for (size_t i = 0; i < config->nr_regions; i++)
		wanted += config->regions[i].mapped_bytes;
	if (sysinfo(&machine))
		return;
	there = ((unsigned long long)machine.totalram + machine.totalswap) * machine.mem_unit;
	if (wanted > there)
		fail(1,
		     "Cannot map the regions as memory and swap must hold them: they need %llu MiB, there are %llu MiB",
		     wanted >> 20, there >> 20);
}

/*
 * Gives each region its own mapping, at ascending addresses in the order of the configuration with unmapped guards
 * between: a stairs pattern then climbs in a heat map, and an access past an end is a crash instead of a wrong truth.
 */
void regions__map(struct config *config, enum huge_pages huge)
{
	size_t page = sysconf(_SC_PAGESIZE), total = ALIGNMENT;
	uint8_t *area, *at;

	for (size_t i = 0; i < config->nr_regions; i++) {
		struct region *region = &config->regions[i];

		region->mapped_bytes = round_up(region->bytes, page);
		total += round_up(region->mapped_bytes + page, ALIGNMENT);
	}
	check_room(config);
	area = mmap(NULL, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		fail(1, "Cannot map the regions (%zu MiB): %s", total >> 20, strerror(errno));
	munmap(area, total);
	at = (uint8_t *)round_up((size_t)area, ALIGNMENT);
	for (size_t i = 0; i < config->nr_regions; i++) {
		struct region *region = &config->regions[i];

		/* One thread: nothing can have taken the place since it was seen free. */
		region->start = mmap(at, region->mapped_bytes, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (region->start == MAP_FAILED)
			fail(1, "Cannot map region %s (%zu MiB): %s", region->name, region->mapped_bytes >> 20,
			     strerror(errno));
		name_mapping(region);
		if (huge != HUGE_AS_IS &&
		    madvise(region->start, region->mapped_bytes, huge == HUGE_NEVER ? MADV_NOHUGEPAGE : MADV_HUGEPAGE))
			fail(1,
			     "Cannot set huge pages for region %s: %s; leave the option out where the kernel has none",
			     region->name, strerror(errno));
		at += round_up(region->mapped_bytes + page, ALIGNMENT);
	}
}

static size_t load(const struct region *region)
{
	int fd = open(region->data, O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	ssize_t n = 1;

	while (fd >= 0 && n > 0 && done < region->bytes) {
		n = read(fd, region->start + done, region->bytes - done);
		if (n > 0)
			done += n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	if (fd < 0 || n < 0)
		fail(1, "Cannot load %s into region %s: %s", region->data, region->name, strerror(errno));
	close(fd);
	return done;
}

/* Loads the data file, if any, and writes to each page that it left; false where *stop came first. */
bool region__fill(struct region *region, const volatile sig_atomic_t *stop)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t loaded = region->data ? round_up(load(region), page) : 0;
	volatile uint8_t *memory = region->start;

	for (size_t at = loaded; at < region->mapped_bytes && !*stop; at += page)
		memory[at] = 1;
	return !*stop;
}
