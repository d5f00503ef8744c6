// SPDX-License-Identifier: MIT
/* The artificial memory access generator: its options. See README.md. */
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
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
	static char path[PATH_MAX];
	char program[PATH_MAX], shipped[PATH_MAX + 256];
	ssize_t n;

	if (strchr(name, '/') || !access(name, F_OK))
		return name;
	n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (n < 0)
		return name;
	program[n] = '\0';
	*strrchr(program, '/') = '\0';
	snprintf(shipped, sizeof(shipped), "%s/../workload/configs/%.200s.cfg", program, name);
	if (realpath(shipped, path))
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
		{ "truth", required_argument, NULL, 't' },
		{ "check", no_argument, NULL, 'c' },
		{ "wait", no_argument, NULL, 'w' },
		{ "repeat", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "default-mode", required_argument, NULL, 'm' },
		{ "no-thp", no_argument, NULL, 'N' },
		{ "thp", no_argument, NULL, 'T' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct run_options run = { .repeat = 1, .most_ns = UINT64_MAX };
	const char *truth = NULL;
	bool check = false;
	enum access_mode mode = ACCESS_WRITE;
	enum huge_pages huge = HUGE_AS_IS;
	struct config config;
	int option;

	while ((option = getopt_long(argc, argv, "hq", options, NULL)) != -1) {
		switch (option) {
		case 't':
			truth = optarg;
			break;
		case 'c':
			check = true;
			break;
		case 'w':
			run.wait = true;
			break;
		case 'r':
			run.repeat = number("repeat", optarg, 1e9);
			break;
		case 's':
			run.most_ns = number("seconds", optarg, 1e9) * 1e9;
			break;
		case 'm':
			mode = mode_of(optarg);
			break;
		case 'N':
			huge = HUGE_NEVER;
			break;
		case 'T':
			huge = HUGE_ALWAYS;
			break;
		case 'q':
			run.quiet = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind != argc - 1) {
		fprintf(stderr, "workload: Cannot start as one configuration is needed: there are %d\n%s",
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
	return workload__run(&config, &run);
}
