// SPDX-License-Identifier: MIT
/* Reads the configuration: paragraphs of comma-separated lines, the first of regions, each further one a phase. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "workload.h"

#define MAX_FIELDS 6

struct reader {
	const char *path;
	int line;
};

static void __attribute__((noreturn, format(printf, 2, 3))) bad(const struct reader *at, const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	fail(2, "%s:%d: %s", at->path, at->line, message);
}

static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

static char *copy(const char *text)
{
	char *it = strdup(text);

	if (!it)
		fail(1, "Cannot read the configuration: out of memory");
	return it;
}

static int split(const struct reader *at, char *line, char *fields[MAX_FIELDS])
{
	int n = 0;
	char *rest = line, *field;

	while ((field = strsep(&rest, ","))) {
		if (n == MAX_FIELDS)
			bad(at, "too many fields, separated by commas");
		fields[n++] = trim(field);
	}
	return n;
}

static unsigned long whole(const struct reader *at, const char *what, const char *text)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno)
		bad(at, "%s must be a whole number: it is \"%s\"", what, text);
	return value;
}

/* 4096, 64K, 64 KiB, 1.5G: K, M, G and T are powers of 1024, as everywhere in this project. */
static size_t bytes(const struct reader *at, const char *what, const char *text)
{
	static const char units[] = "KMGT";
	char *end;
	const char *unit;
	double value;
	int power = 0;

	errno = 0;
	value = strtod(text, &end);
	if (!isdigit((unsigned char)*text) || text[1] == 'x' || text[1] == 'X' || errno || end == text)
		goto wrong;
	while (*end == ' ')
		end++;
	unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		power = unit - units + 1;
		end++;
		if (*end == 'i')
			end++;
	}
	if (*end == 'B' || *end == 'b')
		end++;
	if (*end)
		goto wrong;
	while (power--)
		value *= 1024;
	if (value >= 0x1p47)
		bad(at, "%s must fit the address space: it is \"%s\"", what, text);
	return (size_t)value;
wrong:
	bad(at, "%s must be a size like 4096, 64K or 1.5GiB: it is \"%s\"", what, text);
}

static void read_region(const struct reader *at, struct config *config, char *line)
{
	char *fields[MAX_FIELDS];
	int n = split(at, line, fields);
	struct region *region;

	if (n < 2 || n > 3)
		bad(at, "a region is \"name, size\" or \"name, size, data file or none\": this has %d field%s", n,
		    n == 1 ? "" : "s");
	if (!*fields[0])
		bad(at, "a region must have a name");
	for (size_t i = 0; i < config->nr_regions; i++)
		if (!strcmp(config->regions[i].name, fields[0]))
			bad(at, "region \"%s\" is there already", fields[0]);
	config->regions = must_grow(config->regions, config->nr_regions + 1, sizeof(*region));
	region = &config->regions[config->nr_regions++];
	*region = (struct region){ .name = copy(fields[0]), .bytes = bytes(at, "the size of a region", fields[1]) };
	if (region->bytes == 0)
		bad(at, "the size of a region must be above 0");
	if (n == 3 && *fields[2] && strcmp(fields[2], "none"))
		region->data = copy(fields[2]);
}

static enum access_mode read_mode(const struct reader *at, const char *text)
{
	if (!strcmp(text, "ro"))
		return ACCESS_READ;
	if (!strcmp(text, "wo"))
		return ACCESS_WRITE;
	if (!strcmp(text, "rw"))
		return ACCESS_BOTH;
	bad(at, "the access mode must be ro, wo or rw: it is \"%s\"", text);
}

const char *access_mode__name(enum access_mode mode)
{
	return mode == ACCESS_READ ? "ro" : mode == ACCESS_WRITE ? "wo" : "rw";
}

static struct region *find_region(const struct reader *at, struct config *config, const char *name)
{
	char known[256] = "";

	for (size_t i = 0; i < config->nr_regions; i++) {
		if (!strcmp(config->regions[i].name, name))
			return &config->regions[i];
		snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s", i ? ", " : "",
			 config->regions[i].name);
	}
	bad(at, "there is no region \"%s\": the regions are %s", name, known);
}

static void read_pattern(const struct reader *at, struct config *config, struct phase *phase, char *line,
			 enum access_mode default_mode)
{
	char *fields[MAX_FIELDS];
	int n = split(at, line, fields);
	struct pattern *pattern;

	if (n < 4 || n > 5)
		bad(at,
		    "an access pattern is \"region, random 0 or 1, stride, probability\" and optionally \", "
		    "ro|wo|rw\": "
		    "this has %d field%s",
		    n, n == 1 ? "" : "s");
	phase->patterns = must_grow(phase->patterns, phase->nr_patterns + 1, sizeof(*pattern));
	pattern = &phase->patterns[phase->nr_patterns++];
	*pattern = (struct pattern){
		.region = find_region(at, config, fields[0]),
		.stride = bytes(at, "the stride", fields[2]),
		.weight = whole(at, "the probability", fields[3]),
		.mode = n == 5 ? read_mode(at, fields[4]) : default_mode,
	};
	if (strcmp(fields[1], "0") && strcmp(fields[1], "1"))
		bad(at, "randomness must be 0 (sequential) or 1 (random): it is \"%s\"", fields[1]);
	pattern->random = fields[1][0] == '1';
	if (!pattern->random && pattern->stride == 0)
		bad(at, "the stride of sequential access must be above 0");
	if (pattern->weight == 0 || pattern->weight > 1000000000)
		bad(at, "the probability must be 1 to 1000000000: leave the line out where nothing is to be accessed");
}

/*
 * A comment line is as if it were not there: it neither ends a paragraph nor makes one.
 */
void config__read(struct config *config, const char *path, enum access_mode default_mode)
{
	struct reader at = { .path = path };
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int paragraph = 0, lines = 0; /* lines: seen in this paragraph */

	if (!file)
		fail(2, "Cannot read %s: %s", path, strerror(errno));
	*config = (struct config){ .path = path };
	while (getline(&line, &room, file) >= 0) {
		char *text = trim(line);
		struct phase *phase;

		at.line++;
		if (*text == '#')
			continue;
		if (!*text) {
			if (paragraph > 0 && lines == 1)
				bad(&at, "phase \"%s\" must have a second line, its length in ms",
				    config->phases[config->nr_phases - 1].name);
			paragraph += lines > 0;
			lines = 0;
			continue;
		}
		lines++;
		if (paragraph == 0) {
			read_region(&at, config, text);
			continue;
		}
		if (lines == 1) {
			config->phases = must_grow(config->phases, config->nr_phases + 1, sizeof(*phase));
			config->phases[config->nr_phases++] = (struct phase){ .name = copy(text) };
			continue;
		}
		phase = &config->phases[config->nr_phases - 1];
		if (lines == 2) {
			phase->ms = whole(&at, "the length of a phase in ms", text);
			if (phase->ms > 1000UL * 3600 * 24 * 365)
				bad(&at, "a phase must not be longer than a year: it is %lu ms", phase->ms);
		} else {
			read_pattern(&at, config, phase, text, default_mode);
		}
	}
	if (ferror(file))
		fail(2, "Cannot read %s: %s", path, strerror(errno));
	if (config->nr_regions == 0)
		fail(2, "%s: a configuration must begin with a paragraph of regions: there is none", path);
	if (config->nr_phases == 0)
		fail(2, "%s: a configuration must have a phase: there is none after the regions' paragraph", path);
	if (lines == 1)
		bad(&at, "phase \"%s\" must have a second line, its length in ms",
		    config->phases[config->nr_phases - 1].name);
	free(line);
	fclose(file);
}

/* In the form that config__read() takes. */
void config__print(const struct config *config, FILE *out)
{
	fprintf(out, "# regions: name, bytes, data file\n");
	for (size_t i = 0; i < config->nr_regions; i++) {
		const struct region *region = &config->regions[i];

		fprintf(out, "%s, %zu, %s\n", region->name, region->bytes, region->data ? region->data : "none");
	}
	for (size_t i = 0; i < config->nr_phases; i++) {
		const struct phase *phase = &config->phases[i];

		fprintf(out, "\n%s\n%lu\n", phase->name, phase->ms);
		for (size_t j = 0; j < phase->nr_patterns; j++) {
			const struct pattern *pattern = &phase->patterns[j];

			fprintf(out, "%s, %d, %zu, %lu, %s\n", pattern->region->name, pattern->random, pattern->stride,
				pattern->weight, access_mode__name(pattern->mode));
		}
	}
}
