// SPDX-License-Identifier: MIT
/* What the kernel says of its types (BTF): any types under the names that are looked for. libbpf's own reading is libbpf's to test. */
#include <assert.h>
#include <stdlib.h>
#include "../../../bpf/damo_detect.c"
#include "input.h"

void damo_log__begin(void)
{
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static void add_type(struct btf *btf, struct input *in)
{
	static const char *const names[] = { "btf_trace_damon_aggregated",
					     "btf_trace_damos_before_apply",
					     "btf_trace_damos_esz",
					     "btf_trace_damon_monitor_intervals_tune",
					     "damon_target",
					     "damon_region",
					     "damo_event",
					     "age",
					     "int",
					     NULL };
	const char *name = names[take(in, 1) % 10];
	int of = take(in, 1);

	switch (take(in, 1) % 9) {
	case 0:
		btf__add_int(btf, name ? name : "u", 4, 0);
		return;
	case 1:
		btf__add_ptr(btf, of);
		return;
	case 2:
		btf__add_typedef(btf, name ? name : "t", of);
		return;
	case 3:
		if (btf__add_struct(btf, name, 64) >= 0)
			for (int n = take(in, 1) % 4; n > 0; n--)
				btf__add_field(btf, names[take(in, 1) % 10], take(in, 1), take(in, 1), 0);
		return;
	case 4:
		if (btf__add_func_proto(btf, of) >= 0)
			for (int n = take(in, 1) % 32; n > 0; n--)
				btf__add_func_param(btf, names[take(in, 1) % 10], take(in, 1));
		return;
	case 5:
		btf__add_enum(btf, name, 4);
		return;
	case 6:
		btf__add_const(btf, of);
		return;
	case 7:
		btf__add_fwd(btf, name ? name : "f", BTF_FWD_STRUCT);
		return;
	default:
		btf__add_volatile(btf, of);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input in = { bytes, size };
	struct btf *btf = btf__new_empty();
	struct damo_detected detected = { 0 };

	libbpf_set_print(quiet);
	assert(btf);
	while (in.left)
		add_type(btf, &in);
	if (!detect(btf, &detected))
		assert(detected.layout && detected.tracepoints & DAMO_TP_AGGREGATED);
	btf__free(btf);
	return 0;
}
