// SPDX-License-Identifier: MIT
/* Reads the ring buffer of the kernel in batches: libbpf's reader calls back for each event. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/bpf.h>
#include "damo_session.h"

/* The size of the kernel's ring that holds as much as asked for. */
size_t damo_ring__size(__u32 bytes)
{
	/* Half of the smallest one still holds the 64 events between two looks at how full it is. */
	size_t size = 16 << 10, page = sysconf(_SC_PAGESIZE);

	while (size < bytes || size < page)
		size <<= 1;
	return size;
}

int damo_ring__open(struct damo_ring *ring, int map_fd, size_t size, size_t event)
{
	void *map;

	ring->size = size;
	ring->event = event;
	ring->page = sysconf(_SC_PAGESIZE);
	map = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	ring->consumer = map;
	map = mmap(NULL, ring->page + 2 * size, PROT_READ, MAP_SHARED, map_fd, ring->page);
	if (map == MAP_FAILED)
		return -errno;
	ring->producer = map;
	ring->data = (const char *)map + ring->page;
	ring->position = *ring->consumer;
	return 0;
}

void damo_ring__close(struct damo_ring *ring)
{
	if (ring->consumer)
		munmap(ring->consumer, ring->page);
	if (ring->producer)
		munmap(ring->producer, ring->page + 2 * ring->size);
}

/* How far it is from one record to the next, by the length that it says, which is without these and its header's bytes. */
static size_t step_of(__u32 length)
{
	length &= ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
	return ((size_t)length + BPF_RINGBUF_HDR_SZ + 7) & ~(size_t)7;
}

/*
 * A record is its length with two flags, four bytes of the kernel's own, and the event. Who reads it trusts the length no further
 * than to what has been sent: what is shorter than an event is no event.
 */
int damo_ring__drain(struct damo_ring *ring, char *to, size_t cap)
{
	unsigned long position = ring->position;
	unsigned long end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	const size_t event = ring->event;
	int count = 0;

	while (position < end && cap >= event) {
		const char *record = ring->data + (position & (ring->size - 1));
		__u32 length = __atomic_load_n((const __u32 *)record, __ATOMIC_ACQUIRE);
		size_t step = step_of(length);

		if (length & BPF_RINGBUF_BUSY_BIT)
			break;
		if (step > end - position) {
			/* Where the next one begins, nothing tells. */
			ring->malformed++;
			position = end;
			break;
		}
		position += step;
		if (length & BPF_RINGBUF_DISCARD_BIT)
			continue;
		if (length < event) {
			ring->malformed++;
			continue;
		}
		memcpy(to, record + BPF_RINGBUF_HDR_SZ, event);
		to += event;
		cap -= event;
		/* Room is given back within the batch, but not with each event: the producer reads this line. */
		if (!(++count & 63))
			__atomic_store_n(ring->consumer, position, __ATOMIC_RELEASE);
	}
	if (position != ring->position)
		__atomic_store_n(ring->consumer, position, __ATOMIC_RELEASE);
	ring->position = position;
	return count;
}
