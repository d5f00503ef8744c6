// SPDX-License-Identifier: MIT
/* The accesses themselves. */
#include "workload.h"

/*
 * Accesses between two looks at the clock's flag and between two choices of the pattern: few enough that each pattern of
 * a phase has its turn several times in a sampling interval of 5 ms even where the CPU is emulated (4,000 accesses/ms).
 */
#define BATCH 256

static uint64_t seed = 0x9e3779b97f4a7c15;

/* xorshift64*: any generator that is faster than a cache miss does. */
static inline uint64_t draw(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545f4914f6cdd1d;
}

/* Volatile keeps the compiler from dropping a read whose value nobody wants. */
static inline void touch(volatile uint8_t *byte, enum access_mode mode)
{
	if (mode == ACCESS_READ)
		(void)*byte;
	else if (mode == ACCESS_WRITE)
		*byte = 1;
	else
		*byte = *byte + 1;
}

static inline void batch(struct pattern *pattern, enum access_mode mode)
{
	volatile uint8_t *memory = pattern->region->start;
	size_t bytes = pattern->region->bytes;
	size_t offset = pattern->offset;

	if (pattern->random) {
		for (int i = 0; i < BATCH; i++)
			touch(memory + (size_t)(((unsigned __int128)draw() * bytes) >> 64), mode);
	} else {
		for (int i = 0; i < BATCH; i++) {
			touch(memory + offset, mode);
			offset += pattern->stride;
			if (offset >= bytes)
				offset = 0;
		}
		pattern->offset = offset;
	}
	pattern->accesses += BATCH;
}

/* The pattern that is furthest behind its share: the weights hold in any stretch of time, not only on average. */
static struct pattern *next_pattern(struct phase *phase)
{
	struct pattern *next = &phase->patterns[0];

	for (size_t i = 1; i < phase->nr_patterns; i++) {
		struct pattern *other = &phase->patterns[i];

		if ((double)other->accesses * next->weight < (double)next->accesses * other->weight)
			next = other;
	}
	return next;
}

void phase__run(struct phase *phase, const volatile sig_atomic_t *over)
{
	for (size_t i = 0; i < phase->nr_patterns; i++)
		phase->patterns[i].accesses = phase->patterns[i].offset = 0;
	while (!*over) {
		struct pattern *pattern = next_pattern(phase);

		/* A constant mode makes three tight loops of one. */
		if (pattern->mode == ACCESS_READ)
			batch(pattern, ACCESS_READ);
		else if (pattern->mode == ACCESS_WRITE)
			batch(pattern, ACCESS_WRITE);
		else
			batch(pattern, ACCESS_BOTH);
	}
}
