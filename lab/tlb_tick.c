/*
 * tlb_tick [MICROSECONDS]: wakes up that often, by default every millisecond, on each CPU of an emulated guest, so that DAMON sees
 * accesses there.
 *
 * DAMON clears the accessed bit of a page without flushing the TLB. On hardware the entry is evicted soon enough and the next
 * access sets the bit again. QEMU's software TLB hardly ever evicts, so a busy page would read as idle for ever. A switch of the
 * address space drops the software TLB: a real-time process that wakes does just that. For the lab only.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int tick(int cpu, long us)
{
	const struct sched_param priority = { .sched_priority = 1 };
	const struct timespec period = { .tv_nsec = us * 1000 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) || sched_setscheduler(0, SCHED_FIFO, &priority)) {
		perror("tlb_tick");
		return 1;
	}
	for (;;)
		nanosleep(&period, NULL);
}

int main(int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	long us = argc > 1 ? atol(argv[1]) : 1000;

	for (int cpu = 1; cpu < cpus; cpu++)
		if (fork() == 0)
			return tick(cpu, us);
	return tick(0, us);
}
