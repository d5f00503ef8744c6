// SPDX-License-Identifier: MIT
/* What libbpf and the verifier say, of any length: the end of it is kept. */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include "../../../bpf/damo_log.c"
#include "input.h"

static void say(enum libbpf_print_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	keep(level, format, args);
	va_end(args);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input in = { bytes, size };

	length = 0;
	for (int i = 0; in.left && i < 64; i++) {
		size_t n = take(&in, 2), cap = take(&in, 2) * (1 + i % 3);
		char *text = malloc(n + 1), *to = malloc(cap + 1);

		assert(text && to);
		memset(text, 'x', n);
		memcpy(text, in.at, n < in.left ? n : in.left);
		text[n] = 0;
		say(LIBBPF_WARN, "%s", text);
		assert(length <= sizeof(kept) && damo_last_log(to, cap) <= cap);
		free(text);
		free(to);
		take(&in, 8);
	}
	return 0;
}
