/* SPDX-License-Identifier: MIT */
/* Does this compiler lay out what is shared as all others do? */
#ifndef DAMO_CHECK_LAYOUTS_H
#define DAMO_CHECK_LAYOUTS_H

#include <linux/types.h>
#include "damo.h"
#include "damo_memory.h"
#include "damo_pages.h"
#include "event.h"
#include "listener.h"
#include "pages.h"
#include "profiler.h"
#include "tracer.h"

#define SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), "the size of struct " #type);
#define FIELD(type, field, offset)                                                                                     \
	_Static_assert(__builtin_offsetof(struct type, field) == (offset), "the offset of struct " #type "." #field);
#include "layouts.h"
#undef SIZE
#undef FIELD

#endif
