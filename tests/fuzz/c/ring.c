// SPDX-License-Identifier: MIT
/* The ring of the kernel, with any headers and any position of its producer: nothing beyond it is read, or written. */
#include <assert.h>
#include <stdlib.h>
#include "../../../bpf/damo_ring.c"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const size_t events[] = { 8, 24, 72, 1064 };
	struct input in = { bytes, size };
	unsigned long consumer = take(&in, 2) * 8, producer = consumer + take(&in, 2) * 8;
	struct damo_ring ring = { .size = 4096, .consumer = &consumer, .producer = &producer, .position = consumer };
	size_t cap = take(&in, 2);
	char *data = calloc(2, ring.size), *to;

	ring.event = events[take(&in, 1) % 4];
	to = malloc(cap + 1);
	assert(data && to);
	memcpy(data, in.at, in.left < ring.size ? in.left : ring.size);
	/* The kernel maps it twice in a row. */
	memcpy(data + ring.size, data, ring.size);
	ring.data = data;
	for (int i = 0; i < 4; i++) {
		int count = damo_ring__drain(&ring, to, cap);

		assert(count >= 0 && (size_t)count * ring.event <= cap);
		assert(consumer == ring.position && consumer <= producer && !(consumer & 7));
	}
	free(to);
	free(data);
	return 0;
}
