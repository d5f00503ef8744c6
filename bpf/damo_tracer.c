// SPDX-License-Identifier: MIT
/* The tracer: loads the programs that this kernel needs, and attaches them to DAMON's tracepoints. */
#include <errno.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "damo_session.h"
#include "damo_tracer.h"
#include "event.h"
#include "tracer.skel.h"

static const struct {
	size_t program; /* where the skeleton has it */
	const char *tracepoint;
	__u32 bit;
	__u32 layout; /* for damon_aggregated */
} programs[] = {
#define PROGRAM(name) offsetof(struct tracer_bpf, progs.name)
	{ PROGRAM(aggregated_t_r_nr), "damon_aggregated", DAMO_TP_AGGREGATED, DAMO_LAYOUT_T_R_NR },
	{ PROGRAM(aggregated_t_id_r_nr), "damon_aggregated", DAMO_TP_AGGREGATED, DAMO_LAYOUT_T_ID_R_NR },
	{ PROGRAM(aggregated_id_r_nr), "damon_aggregated", DAMO_TP_AGGREGATED, DAMO_LAYOUT_ID_R_NR },
	{ PROGRAM(intervals_tuned), "damon_monitor_intervals_tune", DAMO_TP_INTERVALS_TUNE, 0 },
	{ PROGRAM(scheme_applied), "damos_before_apply", DAMO_TP_BEFORE_APPLY, 0 },
	{ PROGRAM(scheme_quota), "damos_esz", DAMO_TP_ESZ, 0 },
};

#define NR_PROGRAMS (sizeof(programs) / sizeof(*programs))

static struct bpf_program *program_of(struct tracer_bpf *skel, size_t i)
{
	return *(struct bpf_program **)((char *)skel + programs[i].program);
}

static int is_wanted(const struct damo_detected *detected, size_t i)
{
	return (detected->tracepoints & programs[i].bit) &&
	       (!programs[i].layout || programs[i].layout == detected->layout);
}

static int open_tracer(struct damo_session *s, __u32 ring_bytes, __u32 test)
{
	int err = damo_detect(&s->detected);
	/* A test has the verifier look at the programs for other kernels as well. */
	bool all = test && s->detected.tracepoints;
	struct tracer_bpf *skel;

	if (err && !test)
		return err;
	skel = tracer_bpf__open();
	if (!skel)
		return -errno;
	for (size_t i = 0; i < NR_PROGRAMS; i++)
		bpf_program__set_autoload(program_of(skel, i), all || is_wanted(&s->detected, i));
	bpf_program__set_autoload(skel->progs.emit_test, test);
	skel->rodata->constants.wakeup_bytes = ring_bytes / 2;
	skel->rodata->constants.scheme_idx_sound = s->detected.scheme_idx_sound;
	return damo_session__take(s, skel);
}

int damo_tracer__open(__u32 ring_bytes, __u32 test, struct damo_session **to)
{
	static const struct damo_session_kind tracer = { .event = sizeof(struct damo_event), .open = open_tracer };

	return damo_session__open(&tracer, ring_bytes, test, to);
}

int damo_tracer__attach(struct damo_session *s)
{
	int attached = 0;

	if (s->nr_links)
		return -EALREADY;
	for (size_t i = 0; i < NR_PROGRAMS; i++) {
		int err;

		if (!is_wanted(&s->detected, i))
			continue;
		err = damo_session__keep(
			s, bpf_program__attach_raw_tracepoint(program_of(s->opened, i), programs[i].tracepoint));
		if (!err)
			attached |= programs[i].bit;
		else if (programs[i].bit == DAMO_TP_AGGREGATED)
			return err;
	}
	return attached ? attached : -ENOENT;
}

int damo_tracer__emit_test(struct damo_session *s, __u32 kdamond, __u32 nr_regions, __u64 count)
{
	/* A program is not preempted: a long run would keep a reader on the same processor from running. */
	const __u64 most = 8192;
	const struct tracer_bpf *skel = s->opened;
	int fd = bpf_program__fd(skel->progs.emit_test);

	if (fd < 0 || nr_regions == 0)
		return -EINVAL;
	while (count > 0) {
		/* Whole snapshots in each run, as a run begins with a snapshot. */
		__u64 n = count < most ? count : (nr_regions < most ? most - most % nr_regions : nr_regions);
		struct damo_emit args = { .kdamond = kdamond, .nr_regions = nr_regions, .count = n };
		LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &args, .ctx_size_in = sizeof(args));
		int err = bpf_prog_test_run_opts(fd, &options);

		if (err)
			return err;
		if (options.retval)
			return -ESRCH;
		count -= n;
	}
	return 0;
}

int damo_tracer__run_test(struct damo_session *s, const char *program, const __u64 *args, __u32 nr_args)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = args, .ctx_size_in = nr_args * sizeof(*args));
	const struct tracer_bpf *skel = s->opened;
	/* By its name, as a test writes it. */
	struct bpf_program *found = bpf_object__find_program_by_name(skel->obj, program);

	if (bpf_program__fd(skel->progs.emit_test) < 0 || !found || bpf_program__fd(found) < 0)
		return -EINVAL;
	return bpf_prog_test_run_opts(bpf_program__fd(found), &options);
}
