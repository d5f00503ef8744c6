// SPDX-License-Identifier: MIT
/*
 * The plain drain: one thread makes events at the kernel's full rate, this one drains them; then the draining of a full
 * ring alone. Prints one line of JSON. tests/bench/ring_bench.ts does the same through the decoder.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "damo_tracer.h"
#include "event.h"

enum { KDAMOND = 1, BATCH = 4096, FULL = 50000 };

struct job {
	struct damo_session *tracer;
	__u32 nr_regions;
	__u64 count;
	int err;
};

static void *emit(void *arg)
{
	struct job *job = arg;

	job->err = damo_tracer__emit_test(job->tracer, KDAMOND, job->nr_regions, job->count);
	damo_session__stop(job->tracer);
	return NULL;
}

static void check(int err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "Cannot %s: %s\n", what, strerror(-err));
	exit(1);
}

int main(int argc, char **argv)
{
	static struct damo_event events[BATCH];
	struct job job = { 0 };
	struct damo_counters counters;
	pthread_t producer;
	__u64 begin, ns, drain_ns, drained = 0, regions = 0;
	int waited, n;

	if (argc != 4) {
		fprintf(stderr, "usage: ring_bench EVENTS NR_REGIONS RING_BYTES\n");
		return 2;
	}
	job.count = strtoull(argv[1], NULL, 10);
	job.nr_regions = strtoul(argv[2], NULL, 10);
	check(damo_tracer__open(strtoul(argv[3], NULL, 10), 1, &job.tracer), "open the tracer");
	check(damo_session__watch(job.tracer, KDAMOND), "watch");

	begin = damo_clock_boottime_ns();
	if (pthread_create(&producer, NULL, emit, &job))
		return 1;
	do {
		waited = damo_session__wait(job.tracer, 250);
		while ((n = damo_session__drain(job.tracer, events, sizeof(events))) > 0)
			for (int i = 0; i < n; i++)
				regions += events[i].end > events[i].start;
	} while (waited >= 0);
	ns = damo_clock_boottime_ns() - begin;
	pthread_join(producer, NULL);
	check(job.err, "emit");

	damo_session__counters(job.tracer, &counters);
	check(damo_tracer__emit_test(job.tracer, KDAMOND, job.nr_regions, FULL), "fill the ring");
	begin = damo_clock_boottime_ns();
	while ((n = damo_session__drain(job.tracer, events, sizeof(events))) > 0)
		for (int i = 0; i < n; i++, drained++)
			regions += events[i].end > events[i].start;
	drain_ns = damo_clock_boottime_ns() - begin;

	printf("{\"sent\":%llu,\"received\":%llu,\"dropped\":%llu,\"regions\":%llu,\"ns\":%llu,"
	       "\"drained\":%llu,\"drainNs\":%llu}\n",
	       counters.sent, counters.received, counters.dropped, regions, ns, drained, drain_ns);
	damo_session__close(job.tracer);
	return 0;
}
