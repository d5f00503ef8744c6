/* SPDX-License-Identifier: MIT */
/* The artificial memory access generator: what its parts share. See README.md for the configuration and the truth. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Bits: what an access does to its byte. */
enum access_mode { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_BOTH = 3 };

enum huge_pages { HUGE_AS_IS, HUGE_NEVER, HUGE_ALWAYS };

struct region {
	char *name;
	size_t bytes;
	char *data;	     /* file whose bytes are loaded first; NULL for none */
	uint8_t *start;	     /* set by region__map() */
	size_t mapped_bytes; /* bytes, rounded up to whole pages */
};

/* One line of a phase. The last two members are the phase's running state. */
struct pattern {
	struct region *region;
	bool random;
	size_t stride;	      /* bytes between two sequential accesses; unused where random */
	unsigned long weight; /* share of the phase's accesses, relative to the other patterns' */
	enum access_mode mode;
	size_t offset;	   /* of the next sequential access */
	uint64_t accesses; /* done in this phase */
};

struct phase {
	char *name;
	unsigned long ms;
	struct pattern *patterns; /* none: the phase is idle */
	size_t nr_patterns;
};

struct config {
	const char *path;
	struct region *regions;
	size_t nr_regions;
	struct phase *phases;
	size_t nr_phases;
};

/* config.c: exits with 2 and a message that names file and line where the text is wrong. */
void config__read(struct config *config, const char *path, enum access_mode default_mode);
void config__print(const struct config *config, FILE *out);
const char *access_mode__name(enum access_mode mode);

/* memory.c: exits with 1 where memory or a data file cannot be had. */
void regions__map(struct config *config, enum huge_pages huge);
bool region__fill(struct region *region, const volatile sig_atomic_t *stop);

/* access.c: makes the phase's accesses until *over is set. */
void phase__run(struct phase *phase, const volatile sig_atomic_t *over);

/* truth.c: JSON lines, one flushed at a time; all are no-ops before truth__open(). */
void truth__open(const char *path);
void truth__begin(const struct config *config, uint64_t now_ns);
void truth__phase(int id, const char *name, uint64_t start_ns);
void truth__access(int id, const char *name, const struct pattern *pattern, double probability, uint64_t start_ns,
		   uint64_t end_ns);
void truth__phase_end(int id, const char *name, uint64_t end_ns);
void truth__end(uint64_t end_ns, const char *reason);

struct run_options {
	bool wait; /* for a line on stdin before the first phase */
	bool quiet;
	unsigned long repeat; /* 0 is for ever */
	uint64_t most_ns;     /* of phases; UINT64_MAX is no limit */
};

/* run.c */
int workload__run(struct config *config, const struct run_options *options);

/* Ends the process with exit code `code` and a message on stderr. */
void fail(int code, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
void *must_grow(void *array, size_t count, size_t size);

#endif
