// SPDX-License-Identifier: MIT
/* The order of things: fill the regions, say "ready", run the phases, end on a signal. */
#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

/* Set by the phase's timer and by the signals that end the program. */
static volatile sig_atomic_t over;
static volatile sig_atomic_t stopped_by;

static void on_signal(int signal)
{
	if (signal != SIGALRM)
		stopped_by = signal;
	over = 1;
}

static uint64_t boot_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static sigset_t ours(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

static void catch_signals(void)
{
	/* No SA_RESTART: waiting for stdin has to end too. */
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Sleeps until `over`, without the race of testing it and then sleeping. */
static void idle(void)
{
	sigset_t block = ours(), before;

	sigprocmask(SIG_BLOCK, &block, &before);
	while (!over)
		sigsuspend(&before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/*
 * Runs one phase from `start_ns` for `ns` at most. The timer's signal ends it, so that the loop of accesses reads no
 * clock: in a virtual machine that costs microseconds.
 */
static uint64_t run_phase(int id, struct phase *phase, uint64_t start_ns, uint64_t ns, bool quiet)
{
	struct itimerval timer = { .it_value = { ns / 1000000000, ns % 1000000000 / 1000 } };
	uint64_t end_ns, accesses = 0;
	double weights = 0;

	truth__phase(id, phase->name, start_ns);
	over = stopped_by || ns < 1000; /* the timer's grain: a shorter phase does nothing */
	if (!over) {
		setitimer(ITIMER_REAL, &timer, NULL);
		/* A signal that came while `over` was being cleared must not be forgotten. */
		if (stopped_by)
			over = 1;
	}
	if (phase->nr_patterns)
		phase__run(phase, &over);
	else
		idle();
	end_ns = boot_ns();
	for (size_t i = 0; i < phase->nr_patterns; i++) {
		weights += phase->patterns[i].weight;
		accesses += phase->patterns[i].accesses;
	}
	for (size_t i = 0; i < phase->nr_patterns; i++)
		truth__access(id, phase->name, &phase->patterns[i], phase->patterns[i].weight / weights, start_ns,
			      end_ns);
	truth__phase_end(id, phase->name, end_ns);
	if (!quiet) {
		printf("%s: %.0f ms, %.0f accesses/ms\n", phase->name, (end_ns - start_ns) / 1e6,
		       accesses / ((end_ns - start_ns) / 1e6 + 1e-9));
		fflush(stdout);
	}
	return end_ns;
}

/* Touches every page of every region once: a phase of its own in the truth, with one sequential write of each page. */
static uint64_t fill_regions(struct config *config, uint64_t start_ns)
{
	size_t page = sysconf(_SC_PAGESIZE);
	uint64_t now = start_ns;

	truth__phase(0, "(fill)", start_ns);
	for (size_t i = 0; i < config->nr_regions && !stopped_by; i++) {
		struct region *region = &config->regions[i];
		struct pattern pattern = { .region = region, .stride = page, .weight = 1, .mode = ACCESS_WRITE };
		uint64_t begun = now;

		/* Where it was stopped half-way nothing is said of this region: the rest of the line would be untrue. */
		if (!region__fill(region, &stopped_by))
			break;
		pattern.accesses = region->mapped_bytes / page;
		now = boot_ns();
		truth__access(0, "(fill)", &pattern, 1, begun, now);
	}
	now = boot_ns();
	truth__phase_end(0, "(fill)", now);
	return now;
}

/* Waits for a line on stdin; false where it ends first, as when whoever was to send it has died. */
static bool wait_for_line(void)
{
	char c;
	ssize_t n;

	while (!stopped_by) {
		n = read(STDIN_FILENO, &c, 1);
		if (n == 1 && c == '\n')
			return true;
		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
	}
	return true;
}

/* Everything from the first touch to the end; returns the exit code. The regions are mapped, the truth is open. */
int workload__run(struct config *config, const struct run_options *options)
{
	const char *reason = "finished";
	uint64_t left_ns = options->most_ns, now;
	int id = 1;

	catch_signals();
	printf("pid %d\n", getpid());
	fflush(stdout);
	now = boot_ns();
	truth__begin(config, now);
	now = fill_regions(config, now);
	if (!stopped_by) {
		puts("ready");
		fflush(stdout);
	}
	if (options->wait && !stopped_by) {
		bool told;

		truth__phase(id, "(wait)", now);
		told = wait_for_line();
		now = boot_ns();
		truth__phase_end(id++, "(wait)", now);
		if (!told) {
			truth__end(now, "stdin closed");
			return 1;
		}
	}
	for (unsigned long round = 0; round < options->repeat || options->repeat == 0; round++) {
		for (size_t i = 0; i < config->nr_phases && !stopped_by && left_ns; i++) {
			uint64_t ns = config->phases[i].ms * 1000000ull, begun = now;

			now = run_phase(id++, &config->phases[i], now, ns < left_ns ? ns : left_ns, options->quiet);
			left_ns -= now - begun < left_ns ? now - begun : left_ns;
		}
		if (stopped_by || !left_ns)
			break;
	}
	if (stopped_by)
		reason = stopped_by == SIGINT ? "SIGINT" : "SIGTERM";
	else if (!left_ns)
		reason = "time is over";
	truth__end(now, reason);
	return stopped_by ? 128 + stopped_by : 0;
}
