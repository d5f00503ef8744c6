// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Sends DAMON's events of watched kdamonds to a ring buffer. Needs BTF, no tracefs. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "check_layouts.h"
#include "event.h"
#include "maps.h"
#include "tracer.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* The kernel's types, as far as they are read; where the fields are is decided when the object is loaded. */
struct damon_addr_range {
	unsigned long start;
	unsigned long end;
} __attribute__((preserve_access_index));

struct damon_region {
	struct damon_addr_range ar;
	unsigned int nr_accesses;
	unsigned int nr_accesses_bp;
	unsigned char probe_hits[4];
	unsigned int age;
} __attribute__((preserve_access_index));

struct damon_target {
	unsigned long id;
} __attribute__((preserve_access_index));

const volatile struct damo_constants constants;

/* A region as it was read from the kernel. */
struct region {
	__u64 start;
	__u64 end;
	__u32 nr_accesses;
	/* The moving sum of accesses, times 10000; 0 where the kernel has none. */
	__u32 nr_accesses_bp;
	__u32 age;
	__u8 probe_hits[4];
};

/* What `detail` of a scheme's event is. */
static __always_inline __u32 indices(__u16 ctx_idx, __u16 scheme_idx)
{
	return ctx_idx | (__u32)scheme_idx << 16;
}

static __always_inline struct damo_kdamond *kdamond_of(__u32 pid)
{
	__u32 *slot = bpf_map_lookup_elem(&watched, &pid);

	return slot ? bpf_map_lookup_elem(&kdamonds, slot) : NULL;
}

static __always_inline __u32 current_pid(void)
{
	return (__u32)bpf_get_current_pid_tgid();
}

/* seq is taken before the room: an event that finds none leaves a gap behind. */
static __always_inline struct damo_event *reserve(struct damo_kdamond *k, __u32 pid, __u32 kind)
{
	__u64 seq = k->sent++;
	struct damo_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e) {
		k->dropped++;
		return NULL;
	}
	e->kind = kind;
	e->kdamond = pid;
	e->seq = seq;
	return e;
}

/* Wakes the reader once a snapshot, and for one too large for the ring, in time. */
static __always_inline void submit(struct damo_event *e, bool last)
{
	__u64 flags = BPF_RB_NO_WAKEUP;

	if (last || (!(e->seq & 63) && bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > constants.wakeup_bytes))
		flags = BPF_RB_FORCE_WAKEUP;
	bpf_ringbuf_submit(e, flags);
}

static __always_inline void begin_snapshot(struct damo_kdamond *k, __u64 target_id, __u32 nr)
{
	/* Targets ascend within a pass. The pass in which DAMON tunes was still measured as before. */
	if (k->next_sample_us && target_id <= k->target_id && --k->passes_left == 0) {
		k->sample_us = k->next_sample_us;
		k->next_sample_us = 0;
	}
	k->time_ns = bpf_ktime_get_boot_ns();
	k->target_id = target_id;
	k->nr_regions = nr;
	k->position = 0;
}

static __always_inline void emit_region(struct damo_kdamond *k, __u32 pid, __u64 target_id, const struct region *r,
					__u32 nr)
{
	struct damo_event *e;
	__u32 position;

	/* Regions ascend: a smaller address is a new snapshot, as after watching began in the middle of one. */
	if (k->position >= k->nr_regions || k->target_id != target_id || k->nr_regions != nr ||
	    r->start <= k->last_start)
		begin_snapshot(k, target_id, nr);
	position = k->position++;
	k->last_start = r->start;

	e = reserve(k, pid, DAMO_AGGREGATED);
	if (!e)
		return;
	e->time_ns = k->time_ns;
	e->target_id = target_id;
	e->start = r->start;
	e->end = r->end;
	e->nr_regions = nr;
	e->position = position;
	e->nr_accesses = r->nr_accesses;
	e->age = r->age;
	e->sample_us = k->sample_us;
	__builtin_memcpy(&e->detail, r->probe_hits, sizeof(e->detail));
	submit(e, position + 1 == nr);
}

/*
 * A region's fields as the kernel has them, read at once: a call of a helper for each would take more of the kdamond's time than all else.
 * Larger than the struct of any kernel; a field that were behind it is read by itself.
 */
struct copy {
	__u8 bytes[96];
};

#define READ(to, copy, r, field)                                                                                       \
	do {                                                                                                           \
		const __u32 offset = bpf_core_field_offset((r)->field);                                                \
                                                                                                                       \
		if (offset + sizeof(to) <= sizeof(*(copy)))                                                            \
			__builtin_memcpy(&(to), (copy)->bytes + offset, sizeof(to));                                   \
		else                                                                                                   \
			bpf_core_read(&(to), sizeof(to), &(r)->field);                                                 \
	} while (0)

static __always_inline void read_region(struct region *to, const struct damon_region *r)
{
	__u32 size = bpf_core_type_size(struct damon_region);
	struct copy copy = {};

	/* One that cannot be read is all zeros. */
	bpf_probe_read_kernel(&copy, size < sizeof(copy) ? size : sizeof(copy), r);
	READ(to->start, &copy, r, ar.start);
	READ(to->end, &copy, r, ar.end);
	READ(to->nr_accesses, &copy, r, nr_accesses);
	to->nr_accesses_bp = 0;
	if (bpf_core_field_exists(r->nr_accesses_bp))
		READ(to->nr_accesses_bp, &copy, r, nr_accesses_bp);
	to->age = DAMO_UNKNOWN32;
	if (bpf_core_field_exists(r->age))
		READ(to->age, &copy, r, age);
	__builtin_memset(to->probe_hits, 0, sizeof(to->probe_hits));
	if (bpf_core_field_exists(r->probe_hits))
		READ(to->probe_hits, &copy, r, probe_hits);
}

static __always_inline int aggregated(__u64 target_id, const struct damon_region *r, __u32 nr)
{
	__u32 pid = current_pid();
	struct damo_kdamond *k = kdamond_of(pid);
	struct region region;

	if (!k)
		return 0;
	read_region(&region, r);
	emit_region(k, pid, target_id, &region, nr);
	return 0;
}

/* damon_aggregated has had three prototypes; the library loads the one that the kernel's BTF names. */
SEC("raw_tp")
int aggregated_t_r_nr(struct bpf_raw_tracepoint_args *ctx)
{
	const struct damon_target *t = (const void *)ctx->args[0];
	__u64 id = 0;

	/* Always there where this one is attached: so that the verifiers of other kernels can be asked, too. */
	if (bpf_core_field_exists(t->id))
		id = BPF_CORE_READ(t, id);
	return aggregated(id, (const void *)ctx->args[1], ctx->args[2]);
}

SEC("raw_tp")
int aggregated_t_id_r_nr(struct bpf_raw_tracepoint_args *ctx)
{
	return aggregated((__u32)ctx->args[1], (const void *)ctx->args[2], ctx->args[3]);
}

SEC("raw_tp")
int aggregated_id_r_nr(struct bpf_raw_tracepoint_args *ctx)
{
	return aggregated((__u32)ctx->args[0], (const void *)ctx->args[1], ctx->args[2]);
}

SEC("raw_tp")
int intervals_tuned(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 pid = current_pid(), sample_us = ctx->args[0];
	struct damo_kdamond *k = kdamond_of(pid);
	struct damo_event *e;

	if (!k)
		return 0;
	if (k->next_sample_us)
		k->sample_us = k->next_sample_us;
	k->next_sample_us = sample_us;
	k->passes_left = 2;
	e = reserve(k, pid, DAMO_INTERVALS_TUNED);
	if (!e)
		return 0;
	__builtin_memset(&e->time_ns, 0, sizeof(*e) - __builtin_offsetof(struct damo_event, time_ns));
	e->time_ns = bpf_ktime_get_boot_ns();
	e->sample_us = sample_us;
	submit(e, false);
	return 0;
}

SEC("raw_tp")
int scheme_applied(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 pid = current_pid(), scheme_idx = ctx->args[1], target_idx = ctx->args[2];
	const struct damon_region *r = (const void *)ctx->args[3];
	struct damo_kdamond *k = kdamond_of(pid);
	struct region region;
	struct damo_event *e;

	if (!k)
		return 0;
	read_region(&region, r);
	/* nr_accesses may have been reset; the moving sum is what the scheme looked at. */
	if (bpf_core_field_exists(r->nr_accesses_bp))
		region.nr_accesses = region.nr_accesses_bp / 10000;
	e = reserve(k, pid, DAMO_SCHEME_APPLIED);
	if (!e)
		return 0;
	e->time_ns = bpf_ktime_get_boot_ns();
	e->target_id = target_idx;
	e->start = region.start;
	e->end = region.end;
	e->nr_regions = ctx->args[4];
	e->position = 0;
	e->nr_accesses = region.nr_accesses;
	e->age = region.age;
	e->sample_us = k->sample_us;
	e->detail = indices(ctx->args[0], scheme_idx);
	if (!constants.scheme_idx_sound && scheme_idx != target_idx) {
		e->detail = indices(ctx->args[0], DAMO_UNKNOWN16);
		e->target_id = DAMO_UNKNOWN32;
	}
	submit(e, false);
	return 0;
}

SEC("raw_tp")
int scheme_quota(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 pid = current_pid();
	struct damo_kdamond *k = kdamond_of(pid);
	struct damo_event *e;

	if (!k)
		return 0;
	e = reserve(k, pid, DAMO_SCHEME_QUOTA);
	if (!e)
		return 0;
	__builtin_memset(&e->time_ns, 0, sizeof(*e) - __builtin_offsetof(struct damo_event, time_ns));
	e->time_ns = bpf_ktime_get_boot_ns();
	e->end = ctx->args[2];
	e->detail = indices(ctx->args[0], ctx->args[1]);
	submit(e, false);
	return 0;
}

/* For tests and benchmarks, and run only by them: as many events as asked for, through the same code. */
struct emission {
	struct damo_kdamond *k;
	__u64 target_id;
	__u32 pid;
	__u32 nr_regions;
	__u32 position;
};

static long emit_one(__u32 index, struct emission *c)
{
	struct region region = {
		.start = (c->position + 1ull) << 12,
		.end = (c->position + 2ull) << 12,
		.nr_accesses = c->position & 15,
		.age = index,
	};

	emit_region(c->k, c->pid, c->target_id, &region, c->nr_regions);
	if (++c->position == c->nr_regions)
		c->position = 0;
	return 0;
}

SEC("syscall")
int emit_test(struct damo_emit *args)
{
	struct emission c = {
		.k = kdamond_of(args->kdamond),
		.pid = args->kdamond,
		.target_id = args->target_id,
		.nr_regions = args->nr_regions,
	};

	if (!c.k)
		return 1;
	bpf_loop(args->count, emit_one, &c, 0);
	return 0;
}
