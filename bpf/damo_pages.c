// SPDX-License-Identifier: MIT
/* Loads the BPF program that reads page tables, finds the direct map for it, and runs it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "damo_session.h"
#include "pages_sampler.h"
#include "pages.skel.h"

#define GIB (1ull << 30)

__u64 damo_pages__cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

struct damo_page_target *damo_pages__target(struct damo_pages *p, __u32 slot)
{
	return slot < DAMO_MAX_SLOTS && p->targets[slot].pid ? &p->targets[slot] : NULL;
}

static int run(int program_fd)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);

	return bpf_prog_test_run_opts(program_fd, &options);
}

static int iterate(const struct damo_pages *p)
{
	char nothing[64];
	int fd = bpf_iter_create(bpf_link__fd(p->iterator)), n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, nothing, sizeof(nothing))) > 0 || (n < 0 && errno == EAGAIN))
		;
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

/* What to walk is in p->walk already. */
int damo_pages__walk(struct damo_pages *p, struct damo_page_target *target)
{
	struct damo_walk *walk = p->walk;
	__u64 begin = damo_pages__cpu_ns();
	int err;

	/* No run takes longer than some milliseconds, but a process may take many. */
	if (p->is_stopped)
		return -ECANCELED;
	walk->base = p->facts.base;
	walk->limit = p->facts.limit;
	walk->levels = p->facts.levels;
	walk->pid = target->pid;
	walk->start_time = target->start_time;
	walk->peek = 0;
	walk->result = -ESRCH;
	err = p->iterator ? iterate(p) : run(p->pid_fd);
	p->counters.walks++;
	p->counters.walk_ns += damo_pages__cpu_ns() - begin;
	return err ? err : walk->result;
}

/* The end of the machine's memory: where the direct map ends. */
static __u64 memory_limit(void)
{
	unsigned long long start, spanned = 0, end = 0;
	char line[256];
	FILE *file = fopen("/proc/zoneinfo", "re");

	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, " spanned %llu", &spanned);
		if (sscanf(line, " start_pfn: %llu", &start) == 1 && start + spanned > end)
			end = start + spanned;
	}
	if (file)
		fclose(file);
	return end ? end * DAMO_PAGE : 1ull << 46;
}

/* Whether the walk of our own tables, with the direct map at `base`, leads to the page that has `content`. */
static int leads_to(struct damo_pages *p, __u64 base, __u32 levels, const volatile __u64 *content)
{
	struct damo_walk *walk = p->walk;

	*walk = (struct damo_walk){
		.base = base, .limit = p->facts.limit, .levels = levels, .nr = 1, .peek = 1, .content = ~*content
	};
	p->steps[0].address = (__u64)content;
	return !run(p->self_fd) && !walk->result && walk->content == *content;
}

/* New pages are, where the kernel tracks that at all; if in doubt, they are. */
static int is_soft_dirty(const volatile __u64 *address)
{
	__u64 page = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), known;

	known = pread(fd, &page, sizeof(page), (__u64)address / DAMO_PAGE * sizeof(page)) == sizeof(page);
	if (fd >= 0)
		close(fd);
	return !known || !(page >> 63) || page >> 55 & 1;
}

/*
 * The base of the direct map is a multiple of 1 GiB, and at most the memory's size below the first table, which is in it.
 * Upwards from the lowest possible one nothing above the direct map is ever read, so no device is touched by mistake.
 */
static int calibrate(struct damo_pages *p)
{
	volatile __u64 *content;
	__u64 base, pgd;
	int err = -ENXIO;

	content = mmap(NULL, DAMO_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (content == MAP_FAILED)
		return -errno;
	if (getrandom((void *)content, sizeof(*content), 0) != sizeof(*content))
		*content = (__u64)p ^ time(NULL);
	p->facts.limit = memory_limit();
	p->facts.can_flush = !is_soft_dirty(content);
	*p->walk = (struct damo_walk){ .levels = 4 };
	if (run(p->self_fd) || p->walk->result)
		goto out;
	pgd = p->walk->pgd;
	for (base = (pgd - p->facts.limit) & -GIB; base <= pgd && err; base += GIB) {
		for (__u32 levels = 4; levels <= 5 && err; levels++) {
			if (!leads_to(p, base, levels, content))
				continue;
			p->facts.base = base;
			p->facts.levels = levels;
			err = 0;
		}
	}
out:
	munmap((void *)content, DAMO_PAGE);
	return err;
}

/* The kernel's pids must be ours: inside of a pid namespace another process has the number. */
static int check_pid(struct damo_pages *p)
{
	struct damo_page_target self = { .pid = getpid() };
	int err;

	p->walk->nr = 0;
	p->walk->of = DAMO_WALK_PAGES;
	err = damo_pages__walk(p, &self);
	if (err == -ESRCH)
		return -EXDEV;
	self.start_time = p->walk->start_time;
	if (!err)
		err = run(p->self_fd);
	/* A thread has the memory of its process, but not the time of its start. */
	if (!err && getpid() == gettid() && p->walk->start_time != self.start_time)
		return -EXDEV;
	return err;
}

static int has_task_from_pid(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int has = btf && btf__find_by_name_kind(btf, "bpf_task_from_pid", BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return has;
}

static int load(struct damo_pages *p)
{
	struct pages_bpf *skel = pages_bpf__open();

	if (!skel)
		return -errno;
	p->skel = skel;
	bpf_program__set_autoload(p->facts.by_iterator ? skel->progs.walk_pid : skel->progs.walk_iterated, 0);
	return damo_load(skel->skeleton);
}

static void *mapped(const struct bpf_map *of, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(of), 0);

	return map == MAP_FAILED ? NULL : map;
}

static int prepare(struct damo_pages *p)
{
	const struct pages_bpf *skel = p->skel;

	p->steps = mapped(skel->maps.steps, sizeof(*p->steps) * DAMO_WALK_STEPS);
	p->tables = mapped(skel->maps.tables, sizeof(*p->tables) * DAMO_WALK_TABLES);
	p->ranges = mapped(skel->maps.ranges, sizeof(*p->ranges) * DAMO_WALK_RANGES);
	p->walk = &skel->bss->walk;
	p->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!p->steps || !p->tables || !p->ranges || p->stop_fd < 0)
		return -errno;
	p->self_fd = bpf_program__fd(skel->progs.walk_self);
	if (!p->facts.by_iterator) {
		p->pid_fd = bpf_program__fd(skel->progs.walk_pid);
		return 0;
	}
	p->iterator = bpf_program__attach_iter(skel->progs.walk_iterated, NULL);
	return p->iterator ? 0 : -errno;
}

int damo_pages__open(__u32 by_iterator, struct damo_pages **to)
{
	struct damo_pages *p;
	int err;

#ifndef __x86_64__
	return -ENOTSUP;
#endif
	damo_log__begin();
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->stop_fd = -1;
	p->facts.by_iterator = by_iterator || !has_task_from_pid();
	if (getrandom(&p->random, sizeof(p->random), 0) < 0 || !p->random)
		p->random = time(NULL);
	err = load(p);
	if (!err)
		err = prepare(p);
	if (!err)
		err = calibrate(p);
	if (!err)
		err = check_pid(p);
	if (err) {
		damo_pages__close(p);
		return err;
	}
	memset(&p->counters, 0, sizeof(p->counters));
	*to = p;
	return 0;
}

int damo_pages__facts(const struct damo_pages *p, struct damo_pages_facts *to)
{
	*to = p->facts;
	return 0;
}

int damo_pages__counters(const struct damo_pages *p, struct damo_pages_counters *to)
{
	*to = p->counters;
	return 0;
}

static int open_of(__u32 pid, const char *name, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int damo_pages__add(struct damo_pages *p, __u32 pid)
{
	struct damo_page_target *target;
	__u32 slot = 0;
	int err;

	while (slot < DAMO_MAX_SLOTS && p->targets[slot].pid)
		slot++;
	if (slot == DAMO_MAX_SLOTS)
		return -ENOSPC;
	target = &p->targets[slot];
	*target =
		(struct damo_page_target){ .pid = pid, .clear_fd = -1, .statm_fd = -1, .pagemap_fd = -1, .pidfd = -1 };
	/* The first walk learns when the process began: another one with its pid is told apart. */
	p->walk->of = DAMO_WALK_PAGES;
	p->walk->nr = 0;
	err = damo_pages__walk(p, target);
	target->start_time = p->walk->start_time;
	if (!err) {
		target->clear_fd = open_of(pid, "clear_refs", O_WRONLY);
		if (target->clear_fd < 0)
			err = target->clear_fd;
		/* Without these it does less, or counts less. */
		target->statm_fd = open_of(pid, "statm", O_RDONLY);
		target->pagemap_fd = open_of(pid, "pagemap", O_RDONLY);
		target->pidfd = syscall(SYS_pidfd_open, pid, 0);
		if (!err)
			err = damo_pages__look_at_maps(target, 1, 1000);
	}
	if (err) {
		damo_pages__remove(p, slot);
		return err == -ENOENT ? -ESRCH : err;
	}
	return slot;
}

int damo_pages__remove(struct damo_pages *p, __u32 slot)
{
	struct damo_page_target *target = damo_pages__target(p, slot);
	int fds[4];

	if (!target)
		return -EINVAL;
	memcpy(fds, (int[4]){ target->clear_fd, target->statm_fd, target->pagemap_fd, target->pidfd }, sizeof(fds));
	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	damo_pages__free_areas(target);
	damo_pages__free_panel(target);
	damo_pages__free_blocks(target);
	*target = (struct damo_page_target){ 0 };
	return 0;
}

int damo_pages__watch(struct damo_pages *p, __u32 slot, __u32 what, const double *start, const double *end, __u32 nr)
{
	struct damo_page_target *target = damo_pages__target(p, slot);
	int err;

	if (!target)
		return -EINVAL;
	err = damo_pages__set_edges(what == DAMO_WATCH_ONLY ? &target->only : &target->without, start, end, nr);
	return err ? err : damo_pages__set_areas(target);
}

int damo_pages__update(struct damo_pages *p, __u32 slot, __u32 must, __u32 permil, struct damo_pages_process *to)
{
	struct damo_page_target *target = damo_pages__target(p, slot);
	__u64 begin = damo_pages__cpu_ns();
	int err;

	if (!target)
		return -EINVAL;
	err = damo_pages__look_at_maps(target, must, permil);
	to->resident = target->resident;
	to->maps_size = target->maps_size;
	to->maps_version = target->maps_version;
	to->nr_areas = target->areas.nr;
	p->counters.cpu_ns += damo_pages__cpu_ns() - begin;
	return err;
}

int damo_pages__maps(const struct damo_pages *p, __u32 slot, char *to, __u32 size)
{
	const struct damo_page_target *target = slot < DAMO_MAX_SLOTS ? &p->targets[slot] : NULL;

	if (!target || !target->pid)
		return -EINVAL;
	memcpy(to, target->maps, size < target->maps_size ? size : target->maps_size);
	return 0;
}

int damo_pages__survey(struct damo_pages *p, __u32 slot)
{
	struct damo_page_target *target = damo_pages__target(p, slot);
	__u64 begin = damo_pages__cpu_ns();
	int err;

	if (!target)
		return -EINVAL;
	err = damo_pages__walk_areas(p, target, 0, 0);
	p->counters.cpu_ns += damo_pages__cpu_ns() - begin;
	return err;
}

int damo_pages__look(struct damo_pages *p, __u32 slot, const double *addresses, __u32 nr, __u32 *entries)
{
	struct damo_page_target *target = damo_pages__target(p, slot);

	if (!target)
		return -EINVAL;
	for (__u32 done = 0, n; done < nr; done += n) {
		int err;

		n = nr - done < DAMO_WALK_STEPS ? nr - done : DAMO_WALK_STEPS;
		for (__u32 i = 0; i < n; i++)
			p->steps[i] = (struct damo_step){ .address = addresses[done + i] };
		p->walk->of = DAMO_WALK_PAGES;
		p->walk->nr = n;
		err = damo_pages__walk(p, target);
		if (err)
			return err;
		for (__u32 i = 0; i < n; i++)
			entries[done + i] = p->steps[i].entry;
		p->counters.walked += n;
	}
	return 0;
}

int damo_pages__stop(struct damo_pages *p)
{
	p->is_stopped = 1;
	return eventfd_write(p->stop_fd, 1) ? -errno : 0;
}

void damo_pages__close(struct damo_pages *p)
{
	if (!p)
		return;
	for (__u32 slot = 0; slot < DAMO_MAX_SLOTS; slot++)
		damo_pages__remove(p, slot);
	bpf_link__destroy(p->iterator);
	if (p->steps)
		munmap(p->steps, sizeof(*p->steps) * DAMO_WALK_STEPS);
	if (p->tables)
		munmap(p->tables, sizeof(*p->tables) * DAMO_WALK_TABLES);
	if (p->ranges)
		munmap(p->ranges, sizeof(*p->ranges) * DAMO_WALK_RANGES);
	if (p->stop_fd >= 0)
		close(p->stop_fd);
	pages_bpf__destroy(p->skel);
	free(p->picks);
	free(p->runs.all);
	free(p->frames_there);
	free(p->frames_used);
	free(p);
}
