// SPDX-License-Identifier: MIT
/* What the running kernel has, by its BTF: read only, and without tracefs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "damo_session.h"

/* The prototype of a tracepoint, one letter a parameter: t(arget), r(egion), i(nteger), ? for others. */
static int prototype(const struct btf *btf, const char *tracepoint, char *to, size_t cap)
{
	char name[64];
	const struct btf_type *type;
	const struct btf_param *param;
	const char *pointed;
	size_t i;
	int id;

	snprintf(name, sizeof(name), "btf_trace_%s", tracepoint);
	id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	if (id < 0)
		return -ENOENT;
	type = btf__type_by_id(btf, btf__type_by_id(btf, id)->type);
	if (!type || !btf_is_ptr(type))
		return -ENOTSUP;
	type = btf__type_by_id(btf, type->type);
	if (!type || !btf_is_func_proto(type) || btf_vlen(type) > cap)
		return -ENOTSUP;
	/* The first one is the tracepoint's own. */
	for (i = 1, param = btf_params(type) + 1; i < btf_vlen(type); i++, param++) {
		const struct btf_type *of = btf__type_by_id(btf, btf__resolve_type(btf, param->type));

		*to = '?';
		if (of && (btf_is_int(of) || btf_is_enum(of))) {
			*to = 'i';
		} else if (of && btf_is_ptr(of)) {
			of = btf__type_by_id(btf, btf__resolve_type(btf, of->type));
			pointed = of ? btf__name_by_offset(btf, of->name_off) : "";
			if (!strcmp(pointed, "damon_target"))
				*to = 't';
			else if (!strcmp(pointed, "damon_region"))
				*to = 'r';
		}
		to++;
	}
	*to = 0;
	return 0;
}

static const struct btf_member *member_of(const struct btf *btf, const char *structure, const char *name)
{
	int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, id);
	const struct btf_member *member = type ? btf_members(type) : NULL;

	for (int i = 0; type && i < btf_vlen(type); i++, member++)
		if (!strcmp(btf__name_by_offset(btf, member->name_off), name))
			return member;
	return NULL;
}

/* Their order was mended ("fix order of arguments in damos_before_apply tracepoint") in 6.13, and early in 6.12.y. */
static int is_scheme_idx_sound(void)
{
	struct utsname name;
	int major = 0, minor = 0, patch = 0;

	if (uname(&name) || sscanf(name.release, "%d.%d.%d", &major, &minor, &patch) < 2)
		return 0;
	return major > 6 || (major == 6 && (minor > 12 || (minor == 12 && patch >= 10)));
}

static int detect(const struct btf *btf, struct damo_detected *to)
{
	static const struct {
		const char *name, *prototype;
		__u32 bit;
	} others[] = {
		{ "damon_monitor_intervals_tune", "i", DAMO_TP_INTERVALS_TUNE },
		{ "damos_before_apply", "iiiri", DAMO_TP_BEFORE_APPLY },
		{ "damos_esz", "iii", DAMO_TP_ESZ },
	};
	char found[16];
	int err = prototype(btf, "damon_aggregated", found, sizeof(found));

	if (err)
		return err;
	if (!strcmp(found, "tri"))
		to->layout = DAMO_LAYOUT_T_R_NR;
	else if (!strcmp(found, "tiri"))
		to->layout = DAMO_LAYOUT_T_ID_R_NR;
	else if (!strcmp(found, "iri"))
		to->layout = DAMO_LAYOUT_ID_R_NR;
	else
		return -ENOTSUP;
	to->tracepoints = DAMO_TP_AGGREGATED;
	/* More parameters may follow those that are used. */
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!prototype(btf, others[i].name, found, sizeof(found)) &&
		    !strncmp(found, others[i].prototype, strlen(others[i].prototype)))
			to->tracepoints |= others[i].bit;
	to->has_age = member_of(btf, "damon_region", "age") != NULL;
	to->scheme_idx_sound = is_scheme_idx_sound();
	return 0;
}

int damo_detect(struct damo_detected *to)
{
	struct btf *btf;
	int err;

	memset(to, 0, sizeof(*to));
	damo_log__begin();
	btf = btf__load_vmlinux_btf();
	if (!btf)
		return errno == ENOMEM ? -ENOMEM : -ENODATA;
	err = detect(btf, to);
	btf__free(btf);
	return err;
}
