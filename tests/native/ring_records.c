// SPDX-License-Identifier: MIT
/* Records of any length in a ring that is made up here; says how many events came of each ring, which, and what was counted. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "../../bpf/damo_ring.c"

#define EVENT 24
#define SIZE  16384

struct record {
	unsigned int length;
	unsigned int step; /* to the next one */
};

static void read_ring(const char *name, unsigned long from, unsigned long end, const struct record *records, int nr)
{
	unsigned long consumer = from, producer = from, ends = 0;
	/* What is behind the second half may not be read. */
	char *data = mmap(NULL, 3 * SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct damo_ring ring = { .size = SIZE,
				  .event = EVENT,
				  .consumer = &consumer,
				  .producer = &producer,
				  .data = data,
				  .position = from };
	/* Of its size: AddressSanitizer sees a byte more. */
	char *to = malloc(8 * EVENT);

	if (data == MAP_FAILED || !to || mprotect(data + 2 * SIZE, SIZE, PROT_NONE))
		exit(1);
	for (int i = 0; i < nr; i++) {
		for (int half = 0; half < 2; half++) {
			char *at = data + half * SIZE + producer % SIZE;

			if (at + 8 + EVENT > data + 2 * SIZE)
				continue;
			memcpy(at, &records[i].length, 4);
			memset(at + 8, 'a' + i, EVENT);
		}
		producer += records[i].step;
	}
	ends = end ? end : producer;
	producer = ends;
	printf("%s", name);
	for (int call = 0; call < 3; call++) {
		int count = damo_ring__drain(&ring, to, 3 * EVENT);

		printf(" ");
		for (int i = 0; i < count; i++)
			putchar(to[i * EVENT]);
		if (!count)
			putchar('-');
	}
	printf(" left %lu malformed %llu\n", ends - consumer, ring.malformed);
	free(to);
	munmap(data, 3 * SIZE);
}

int main(void)
{
	const unsigned int busy = BPF_RINGBUF_BUSY_BIT, discard = BPF_RINGBUF_DISCARD_BIT;

#define READ(name, from, end, ...)                                                                                     \
	read_ring(name, from, end, (struct record[]){ __VA_ARGS__ },                                                   \
		  sizeof((struct record[]){ __VA_ARGS__ }) / sizeof(struct record))
	READ("whole", 0, 0, { 24, 32 }, { 24, 32 }, { 24, 32 }, { 24, 32 });
	READ("short", 0, 0, { 24, 32 }, { 16, 24 }, { 0, 8 }, { 23, 32 }, { 24, 32 });
	READ("longer", 0, 0, { 24, 32 }, { 40, 48 }, { 24, 32 });
	READ("discarded", 0, 0, { 24, 32 }, { 24 | discard, 32 }, { 8 | discard, 16 }, { 24, 32 });
	READ("busy", 0, 0, { 24, 32 }, { 24 | busy, 32 }, { 24, 32 });
	READ("beyond", 0, 0, { 24, 32 }, { 4096, 32 }, { 24, 32 });
	READ("huge", 0, 0, { 24, 32 }, { 0x3fffffff, 32 }, { 24, 32 });
	READ("cut", 0, 16, { 24, 32 });
	READ("wrapped", 5 * SIZE - 16, 0, { 24, 32 }, { 24, 32 });
	return 0;
}
