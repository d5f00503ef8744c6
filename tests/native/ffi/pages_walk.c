// SPDX-License-Identifier: MIT
/*
 * Runs the BPF program that walks page tables as a part of this process, on page tables that are made up: with leaves of
 * 1 GiB, entries of swap and worse that not every machine has. Says what it finds, a line each: of single pages address,
 * entry; of a range likewise, after how many tables were copied. The last line is of reads outside of memory.
 */
#pragma GCC diagnostic ignored "-Wattributes"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../../bpf/pages.bpf.c"

#define GIB	  (1ull << 30)
#define MIB	  (1ull << 20)
#define TABLE	  (DAMO_ENTRY_PRESENT | DAMO_ENTRY_ACCESSED | 6)
#define FRAMES	  16
#define SWAPPED	  0x7fffffffff3fee60ull /* as the kernel writes it: all bits may be set but the lowest */
#define PAT_SMALL (1ull << 7)
#define LEAF	  (DAMO_ENTRY_PRESENT | 6)

static __u64 memory[FRAMES][512] __attribute__((aligned(4096)));
static struct damo_step all_steps[DAMO_WALK_STEPS];
static struct damo_table all_tables[DAMO_WALK_TABLES];
static struct damo_range all_ranges[DAMO_WALK_RANGES];
static unsigned int wild;

long bpf_probe_read_kernel(void *to, __u32 size, const void *from)
{
	const char *first = (const char *)memory;

	if ((const char *)from < first || (const char *)from + size > first + sizeof(memory)) {
		wild++;
		return -1;
	}
	memcpy(to, from, size);
	return 0;
}

void *bpf_map_lookup_elem(void *map, const void *key)
{
	__u32 i = *(const __u32 *)key;

	if (map == &ranges)
		return i < DAMO_WALK_RANGES ? &all_ranges[i] : NULL;
	return map == &tables && i < DAMO_WALK_TABLES ? &all_tables[i] : NULL;
}

long bpf_for_each_map_elem(void *map, void *each, void *context, __u64 flags)
{
	long (*call)(void *, const void *, void *, void *) = each;

	for (__u32 i = 0; i < DAMO_WALK_STEPS; i++)
		if (call(map, &i, &all_steps[i], context))
			break;
	return flags;
}

/* They are not called here. */
__u64 bpf_get_current_task(void)
{
	return 0;
}

struct task_struct *bpf_task_from_pid(int pid)
{
	(void)pid;
	return NULL;
}

void bpf_task_release(struct task_struct *task)
{
	(void)task;
}

static __u64 table(__u32 frame)
{
	return frame * 4096ull | TABLE;
}

/* Frame 0 is the fourth level's table, 1 the third's, and so on; 9 the fifth's. */
static void make(void)
{
	memory[9][0] = table(0);
	memory[0][0] = table(1);
	memory[0][1] = SWAPPED;
	memory[1][0] = table(2);
	memory[1][1] = 5 * GIB | LEAF | DAMO_ENTRY_HUGE | DAMO_ENTRY_ACCESSED | DAMO_ENTRY_DIRTY;
	memory[1][2] = 6 * GIB | LEAF | DAMO_ENTRY_HUGE;
	memory[1][3] = SWAPPED | DAMO_ENTRY_HUGE;
	memory[1][4] = FRAMES * 4096ull | TABLE; /* just after the end of memory */
	memory[2][0] = table(3);
	memory[2][1] = 4 * MIB | LEAF | DAMO_ENTRY_HUGE | DAMO_ENTRY_ACCESSED;
	memory[2][2] = SWAPPED | DAMO_ENTRY_HUGE; /* a huge page in swap, or on its way elsewhere */
	memory[2][3] = 1ull << 51 | TABLE;
	memory[3][0] = 7 * 4096 | LEAF | DAMO_ENTRY_ACCESSED | DAMO_ENTRY_DIRTY;
	memory[3][1] = 8 * 4096 | LEAF;
	memory[3][2] = SWAPPED;
	memory[3][3] = 8 * 4096 | LEAF | PAT_SMALL;
	memory[3][5] = 8 * 4096 | LEAF | DAMO_ENTRY_ACCESSED | DAMO_ENTRY_SPECIAL; /* the page of zeros */
	memory[3][4] = 1ull << 63 | 8 * 4096 | LEAF | DAMO_ENTRY_ACCESSED;	   /* not to be executed */
}

static void start(struct task_struct *task, __u32 levels)
{
	task->mm->pgd = memory[levels == 5 ? 9 : 0];
	walk = (struct damo_walk){ .base = (__u64)memory, .limit = sizeof(memory), .levels = levels };
}

int main(void)
{
	static const __u64 pages[] = { 0,	0x1000,	 0x2000,	   0x3000,    0x4000,
				       0x5000,	2 * MIB, 2 * MIB + 0x7000, 4 * MIB,   6 * MIB,
				       8 * MIB, GIB,	 GIB + 600 * MIB,  2 * GIB,   3 * GIB,
				       4 * GIB, 5 * GIB, 512 * GIB,	   1024 * GIB };
	const __u32 nr = sizeof(pages) / sizeof(*pages);
	struct mm_struct mm = { 0 };
	struct task_struct task = { .mm = &mm, .pid = 1, .start_boottime = 1 };

	make();
	for (__u32 levels = 4; levels <= 5; levels++) {
		start(&task, levels);
		walk.nr = nr;
		for (__u32 i = 0; i < nr; i++)
			all_steps[i].address = pages[i];
		if (run(&task) || walk.nr != nr)
			return 1;
		for (__u32 i = 0; i < nr; i++)
			printf("page %u %llu %llu\n", levels, all_steps[i].address, all_steps[i].entry);
		start(&task, levels);
		walk.of = DAMO_WALK_RANGE;
		walk.end = 6 * GIB;
		if (run(&task))
			return 1;
		for (__u32 i = 0; i < walk.nr; i++)
			if (all_steps[i].entry)
				printf("range %u %llu %llu\n", levels, all_steps[i].address, all_steps[i].entry);
		printf("tables %u %u %llu\n", levels, walk.tables, walk.start);
		if (walk.tables != 1 || memcmp(&all_tables[0], memory[3], 4096))
			return 1;
		/* The same in parts, with gaps between them. */
		start(&task, levels);
		all_ranges[0] = (struct damo_range){ 0, 2 * MIB };
		all_ranges[1] = (struct damo_range){ 4 * MIB, 6 * MIB };
		all_ranges[2] = (struct damo_range){ GIB, 2 * GIB };
		walk.of = DAMO_WALK_RANGE;
		walk.nr_ranges = 3;
		if (run(&task))
			return 1;
		for (__u32 i = 0; i < walk.nr; i++)
			printf("parts %u %llu %llu\n", levels, all_steps[i].address, all_steps[i].entry);
		if (walk.range != 3 || walk.start != walk.end || walk.tables != 1)
			return 1;
	}
	printf("wild 0 0 %u\n", wild);
	return 0;
}
