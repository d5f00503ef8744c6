// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Reads the entries of a process's page tables: x86-64, four and five levels. It writes to its own maps only. */
#include <linux/bpf.h>
#include <asm/errno.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "check_layouts.h"
#include "pages.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct mm_struct {
	void *pgd;
} __attribute__((preserve_access_index));

struct task_struct {
	struct mm_struct *mm;
	int pid;
	__u64 start_boottime;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

/* Weak: before 6.2 there is none, and libbpf would refuse the whole object, the program that does without included. */
struct task_struct *bpf_task_from_pid(int pid) __ksym __weak;
void bpf_task_release(struct task_struct *task) __ksym __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, DAMO_WALK_STEPS);
	__type(key, __u32);
	__type(value, struct damo_step);
} steps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, DAMO_WALK_TABLES);
	__type(key, __u32);
	__type(value, struct damo_table);
} tables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, DAMO_WALK_RANGES);
	__type(key, __u32);
	__type(value, struct damo_range);
} ranges SEC(".maps");

struct damo_walk walk;

/* What stays the same in one run, and how far it is. */
struct context {
	__u64 pgd;
	__u64 base;
	__u64 limit;
	__u64 at;
	__u64 end;
	__u64 last; /* the leaf entry found last, with its frame */
	__u32 top;  /* level of the first table */
	__u32 nr;
	__u32 tables;
	__u32 steps;
	__u32 range; /* the next one */
	__u32 nr_ranges;
};

/* First bit of the part of an address that indexes a table of this level (1: the last one). */
static __always_inline __u32 shift_of(__u32 level)
{
	return 12 + 9 * (level - 1);
}

/* The entry of a table that another entry points to: nothing there is trusted to be a table, or memory at all. */
static __always_inline __u64 entry_of(const struct context *c, __u64 parent, __u64 address, __u32 level)
{
	__u64 table = level == c->top ? c->pgd : parent & DAMO_ENTRY_FRAME;
	__u64 entry = 0;

	if (level != c->top) {
		if (table >= c->limit)
			return 0;
		table += c->base;
	}
	table += (address >> shift_of(level) & 511) * sizeof(entry);
	if (bpf_probe_read_kernel(&entry, sizeof(entry), (void *)table))
		return 0;
	return entry & DAMO_ENTRY_PRESENT ? entry : 0;
}

/* Walks down to `lowest`; tells the level where it ended, and 0 or the entry there. */
static __always_inline __u64 descend(const struct context *c, __u64 address, __u32 lowest, __u32 *level)
{
	__u64 entry = 0;

	*level = 5;
	if (c->top == 5) {
		entry = entry_of(c, 0, address, 5);
		if (!entry)
			return 0;
	}
	*level = 4;
	entry = entry_of(c, entry, address, 4);
	if (!entry)
		return 0;
	*level = 3;
	entry = entry_of(c, entry, address, 3);
	if (!entry || entry & DAMO_ENTRY_HUGE)
		return entry;
	*level = 2;
	entry = entry_of(c, entry, address, 2);
	if (!entry || entry & DAMO_ENTRY_HUGE || lowest == 2)
		return entry;
	*level = 1;
	return entry_of(c, entry, address, 1);
}

static __always_inline __u64 shown(__u64 entry, __u32 level)
{
	/* Memory that is not the process's: nothing clears the bit of such an entry. */
	if (entry & DAMO_ENTRY_SPECIAL && (level == 1 || entry & DAMO_ENTRY_HUGE))
		entry = 0;
	return (entry & (DAMO_ENTRY_PRESENT | DAMO_ENTRY_ACCESSED | DAMO_ENTRY_DIRTY)) |
	       (level > 1 && entry ? DAMO_ENTRY_HUGE : 0) | (__u64)level << DAMO_ENTRY_LEVEL_SHIFT;
}

static long look(void *map, const void *key, struct damo_step *step, struct context *c)
{
	__u64 entry;
	__u32 level;

	if (c->steps >= c->nr)
		return 1;
	c->steps++;
	entry = descend(c, step->address, 1, &level);
	c->last = entry;
	step->entry = shown(entry, level);
	return 0;
}

static long advance(void *map, const void *key, struct damo_step *step, struct context *c)
{
	__u64 at = c->at, entry, source, bytes;
	__u32 level, next = c->tables, at_range = c->range;
	struct damo_table *table;
	struct damo_range *range;

	if (at >= c->end) {
		if (at_range >= c->nr_ranges)
			return 1;
		range = bpf_map_lookup_elem(&ranges, &at_range);
		if (!range)
			return 1;
		c->range++;
		c->at = at = range->start;
		c->end = range->end;
	}
	entry = descend(c, at, 2, &level);
	step->address = at;
	step->entry = 0;
	if (entry && entry & DAMO_ENTRY_HUGE) {
		step->entry = shown(entry, level);
		step->frame = entry & DAMO_ENTRY_FRAME;
	} else if (entry) {
		table = bpf_map_lookup_elem(&tables, &next);
		if (!table)
			return 1;
		source = entry & DAMO_ENTRY_FRAME;
		if (source < c->limit && !bpf_probe_read_kernel(table, sizeof(*table), (void *)(c->base + source))) {
			step->entry = DAMO_ENTRY_PRESENT | 1 << DAMO_ENTRY_LEVEL_SHIFT;
			c->tables++;
		}
		level = 2;
	}
	c->steps++;
	bytes = 1ull << shift_of(level);
	c->at = (at & -bytes) + bytes;
	return 0;
}

static __always_inline int run(struct task_struct *task)
{
	struct context c = {
		.base = walk.base,
		.limit = walk.limit,
		.at = walk.start,
		.end = walk.end,
		.top = walk.levels == 5 ? 5 : 4,
		.nr = walk.nr,
		.range = walk.range,
		.nr_ranges = walk.nr_ranges,
	};
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	__u64 start_time = BPF_CORE_READ(task, start_boottime);

	if (walk.start_time && walk.start_time != start_time)
		return -ESRCH;
	walk.start_time = start_time;
	if (mm)
		c.pgd = (__u64)BPF_CORE_READ(mm, pgd);
	if (!c.pgd)
		return -ESRCH;
	walk.pgd = c.pgd;
	if (walk.of == DAMO_WALK_RANGE)
		bpf_for_each_map_elem(&steps, advance, &c, 0);
	else
		bpf_for_each_map_elem(&steps, look, &c, 0);
	walk.start = c.at;
	walk.end = c.end;
	walk.range = c.range;
	walk.nr = c.steps;
	walk.tables = c.tables;
	if (walk.peek && c.last && (c.last & DAMO_ENTRY_FRAME) < c.limit)
		bpf_probe_read_kernel(&walk.content, sizeof(walk.content),
				      (void *)(c.base + (c.last & DAMO_ENTRY_FRAME)));
	/* The tables may have been freed meanwhile. */
	return BPF_CORE_READ(task, mm) == mm ? 0 : -ESRCH;
}

/* The caller's own tables: to find the direct map. */
SEC("syscall")
int walk_self(void *unused)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	walk.pid = BPF_CORE_READ(task, pid);
	walk.result = run(task);
	return 0;
}

/* From Linux 6.2 on. */
SEC("syscall")
int walk_pid(void *unused)
{
	struct task_struct *task = bpf_task_from_pid(walk.pid);

	if (!task) {
		walk.result = -ESRCH;
		return 0;
	}
	walk.result = run(task);
	bpf_task_release(task);
	return 0;
}

/* Before that: goes through all processes, up to the one. */
SEC("iter/task")
int walk_iterated(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (!task || BPF_CORE_READ(task, pid) != (int)walk.pid)
		return 0;
	walk.result = run(task);
	return 0;
}
