// SPDX-License-Identifier: MIT
/* Tells whoever repeats the layouts of what is shared, as TypeScript must, what they are. */
#include <errno.h>
#include <stdio.h>
#include "check_layouts.h"

static const struct {
	const char *name;
	int bytes;
} layouts[] = {
#define SIZE(type, bytes)	   { #type, bytes },
#define FIELD(type, field, offset) { #type "." #field, offset },
#include "layouts.h"
};

int damo_layout(__u32 i, char *name, __u32 cap)
{
	if (i >= sizeof(layouts) / sizeof(*layouts))
		return -ENOENT;
	snprintf(name, cap, "%s", layouts[i].name);
	return layouts[i].bytes;
}
