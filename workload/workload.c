// SPDX-License-Identifier: MIT
/* The artificial memory access generator: options, signals and the order of phases. See README.md. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

static const char usage[] =
	"Usage: workload [options] CONFIG\n"
	"\n"
	"Makes memory accesses of artificial patterns and writes down what it did.\n"
	"\n"
	"  --truth FILE       write what was accessed when as JSON lines (- for stdout)\n"
	"  --check            print the configuration as it was understood and exit\n"
	"  --wait             after \"ready\", wait for a line on stdin before the first phase\n"
	"  --repeat N         do all phases N times, 0 for ever (1)\n"
	"  --seconds S        end after S seconds of phases\n"
	"  --default-mode M   ro, wo or rw for patterns that do not say (wo)\n"
	"  --no-thp, --thp    never, or wherever possible, use huge pages (as the system is set)\n"
	"  --quiet            print only the pid and \"ready\"\n"
	"  --help             print this\n"
	"\n"
	"CONFIG has the form that masim takes: a paragraph of regions (name, size, data file),\n"
	"then a paragraph for each phase (name; ms; lines of region, random, stride, probability, mode);\n"
	"or it is the name of a shipped one: growing, hot_cold, random, scan, stairs, zigzag.\n";

/* Set by the phase's timer and by the signals that end the program. */
static volatile sig_atomic_t over;
static volatile sig_atomic_t stopped_by;

static void on_signal(int signal)
{
	if (signal != SIGALRM)
		stopped_by = signal;
	over = 1;
}

void fail(int code, const char *format, ...)
{
	va_list args;

	fputs("workload: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(code);
}

void *must_grow(void *array, size_t count, size_t size)
{
	/* Patterns point at regions: those are complete before the first pattern is read, so moving them is safe. */
	void *grown = reallocarray(array, count, size);

	if (!grown)
		fail(1, "Cannot read the configuration: out of memory");
	return grown;
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
		truth__access(id, phase->name, &phase->patterns[i], phase->patterns[i].weight / weights, start_ns, end_ns);
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

static double number(const char *option, const char *text, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0 && value <= most))
		fail(2, "Cannot use --%s as a number from 0 to %.0f is needed: it is \"%s\"", option, most, text);
	return value;
}

/*
 * The path of a configuration: as given, or where that is a bare name and no file, of the shipped one of that name
 * (this program is BUILD/workload, those lie in BUILD/../workload/configs).
 */
static const char *config_path(const char *name)
{
	static char path[PATH_MAX + 256];
	char program[PATH_MAX];
	ssize_t n;

	if (strchr(name, '/') || !access(name, F_OK))
		return name;
	n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (n < 0)
		return name;
	program[n] = '\0';
	*strrchr(program, '/') = '\0';
	snprintf(path, sizeof(path), "%s/../workload/configs/%.200s.cfg", program, name);
	if (!access(path, F_OK))
		return path;
	fail(2, "Cannot read %s: neither a file nor one of the shipped growing, hot_cold, random, scan, stairs, zigzag",
	     name);
}

static enum access_mode mode_of(const char *text)
{
	for (enum access_mode mode = ACCESS_READ; mode <= ACCESS_BOTH; mode++)
		if (!strcmp(text, access_mode__name(mode)))
			return mode;
	fail(2, "Cannot use --default-mode as ro, wo or rw is needed: it is \"%s\"", text);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "truth", required_argument, NULL, 't' },	 { "check", no_argument, NULL, 'c' },
		{ "wait", no_argument, NULL, 'w' },		 { "repeat", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },	 { "default-mode", required_argument, NULL, 'm' },
		{ "no-thp", no_argument, NULL, 'N' },		 { "thp", no_argument, NULL, 'T' },
		{ "quiet", no_argument, NULL, 'q' },		 { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *truth = NULL, *reason = "finished";
	bool check = false, wait = false, quiet = false;
	enum access_mode mode = ACCESS_WRITE;
	enum huge_pages huge = HUGE_AS_IS;
	unsigned long repeat = 1;
	uint64_t left_ns = UINT64_MAX, now;
	struct config config;
	int option, id = 1;

	while ((option = getopt_long(argc, argv, "hq", options, NULL)) != -1) {
		switch (option) {
		case 't': truth = optarg; break;
		case 'c': check = true; break;
		case 'w': wait = true; break;
		case 'r': repeat = number("repeat", optarg, 1e9); break;
		case 's': left_ns = number("seconds", optarg, 1e9) * 1e9; break;
		case 'm': mode = mode_of(optarg); break;
		case 'N': huge = HUGE_NEVER; break;
		case 'T': huge = HUGE_ALWAYS; break;
		case 'q': quiet = true; break;
		case 'h': fputs(usage, stdout); return 0;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (optind != argc - 1) {
		fprintf(stderr, "workload: Cannot start as one configuration file is needed: there are %d\n%s",
			argc - optind, usage);
		return 2;
	}
	config__read(&config, config_path(argv[optind]), mode);
	if (check) {
		config__print(&config, stdout);
		return 0;
	}
	regions__map(&config, huge);
	if (truth)
		truth__open(truth);
	catch_signals();
	printf("pid %d\n", getpid());
	fflush(stdout);
	now = boot_ns();
	truth__begin(&config, now);
	now = fill_regions(&config, now);
	if (!stopped_by) {
		puts("ready");
		fflush(stdout);
	}
	if (wait && !stopped_by) {
		truth__phase(id, "(wait)", now);
		if (!wait_for_line())
			reason = "stdin closed";
		now = boot_ns();
		truth__phase_end(id++, "(wait)", now);
	}
	for (unsigned long round = 0; !strcmp(reason, "finished") && (round < repeat || repeat == 0); round++) {
		for (size_t i = 0; i < config.nr_phases && !stopped_by && left_ns; i++) {
			struct phase *phase = &config.phases[i];
			uint64_t ns = phase->ms * 1000000ull, begun = now;

			now = run_phase(id++, phase, now, ns < left_ns ? ns : left_ns, quiet);
			if (left_ns != UINT64_MAX)
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
	return stopped_by ? 128 + stopped_by : strcmp(reason, "stdin closed") ? 0 : 1;
}
