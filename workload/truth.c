// SPDX-License-Identifier: MIT
/* The truth: what was really accessed, as JSON lines. README.md says what each line means. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workload.h"

static FILE *file;
static const char *file_path;

/* A number of the environment, as sudo sets it; 0 where there is none. */
static unsigned long number_of(const char *name)
{
	const char *text = getenv(name);
	char *end;
	unsigned long number;

	if (!text || *text < '0' || *text > '9')
		return 0;
	number = strtoul(text, &end, 10);
	return *end || number >= UINT32_MAX ? 0 : number;
}

/* What sudo makes belongs to who ran it, as format/bytes/sudo_owner.ts has it. A file system without owners refuses: then it stays as it is. */
static void give_to_sudo_user(void)
{
	unsigned long uid = number_of("SUDO_UID");

	if (geteuid() == 0 && uid != 0 && getenv("SUDO_GID") && fchown(fileno(file), uid, number_of("SUDO_GID")) != 0)
		return;
}

void truth__open(const char *path)
{
	struct stat before;
	int is_new = lstat(path, &before) != 0;

	file_path = path;
	file = strcmp(path, "-") ? fopen(path, "we") : stdout;
	if (!file)
		fail(1, "%s cannot be written: %s. Choose another file with --truth FILE", path, strerror(errno));
	if (is_new && file != stdout)
		give_to_sudo_user();
}

static void string(const char *text)
{
	putc('"', file);
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			fprintf(file, "\\%c", c);
		else if (c < ' ')
			fprintf(file, "\\u%04x", c);
		else
			putc(c, file);
	}
	putc('"', file);
}

/* Line by line, so that whatever ends this process leaves whole lines. */
static void end_line(void)
{
	if (fputs("}\n", file) == EOF || fflush(file) == EOF)
		fail(1, "%s cannot be written: %s. Choose another file with --truth FILE", file_path, strerror(errno));
}

void truth__begin(const struct config *config, uint64_t now_ns)
{
	if (!file)
		return;
	fprintf(file, "{\"kind\":\"workload\",\"schema\":1,\"pid\":%d,\"config\":", getpid());
	string(config->path);
	fprintf(file, ",\"clock\":\"boottime\",\"pageBytes\":%ld,\"startNs\":%llu", sysconf(_SC_PAGESIZE),
		(unsigned long long)now_ns);
	end_line();
	for (size_t i = 0; i < config->nr_regions; i++) {
		const struct region *region = &config->regions[i];

		fputs("{\"kind\":\"region\",\"name\":", file);
		string(region->name);
		fprintf(file, ",\"start\":%zu,\"end\":%zu,\"bytes\":%zu", (size_t)region->start,
			(size_t)region->start + region->mapped_bytes, region->bytes);
		end_line();
	}
}

static void phase_line(const char *kind, int id, const char *name, const char *time, uint64_t ns)
{
	if (!file)
		return;
	fprintf(file, "{\"kind\":\"%s\",\"phase\":%d,\"name\":", kind, id);
	string(name);
	fprintf(file, ",\"%s\":%llu", time, (unsigned long long)ns);
	end_line();
}

void truth__phase(int id, const char *name, uint64_t start_ns)
{
	phase_line("phase", id, name, "startNs", start_ns);
}

void truth__phase_end(int id, const char *name, uint64_t end_ns)
{
	phase_line("phase_end", id, name, "endNs", end_ns);
}

void truth__access(int id, const char *name, const struct pattern *pattern, double probability, uint64_t start_ns,
		   uint64_t end_ns)
{
	const struct region *region = pattern->region;

	if (!file)
		return;
	fprintf(file, "{\"kind\":\"access\",\"phase\":%d,\"name\":", id);
	string(name);
	fputs(",\"region\":", file);
	string(region->name);
	fprintf(file, ",\"start\":%zu,\"end\":%zu,\"startNs\":%llu,\"endNs\":%llu", (size_t)region->start,
		(size_t)region->start + region->mapped_bytes, (unsigned long long)start_ns, (unsigned long long)end_ns);
	fprintf(file, ",\"mode\":\"%s\",\"order\":\"%s\"", access_mode__name(pattern->mode),
		pattern->random ? "random" : "sequential");
	if (!pattern->random)
		fprintf(file, ",\"strideBytes\":%zu", pattern->stride);
	fprintf(file, ",\"weight\":%lu,\"probability\":%.6g,\"accesses\":%llu", pattern->weight, probability,
		(unsigned long long)pattern->accesses);
	end_line();
}

void truth__end(uint64_t end_ns, const char *reason)
{
	if (!file)
		return;
	fprintf(file, "{\"kind\":\"end\",\"endNs\":%llu,\"reason\":\"%s\"", (unsigned long long)end_ns, reason);
	end_line();
}
