/* SPDX-License-Identifier: MIT */
/* What a BPF program takes of libbpf, as functions of this process: see ../../pages_walk.c. */
#ifndef BPF_HELPERS_STUB_H
#define BPF_HELPERS_STUB_H

#define SEC(name)
#define __ksym
#define __weak __attribute__((weak))
#undef __always_inline
#define __always_inline	    inline
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

long bpf_probe_read_kernel(void *to, __u32 size, const void *from);
void *bpf_map_lookup_elem(void *map, const void *key);
long bpf_for_each_map_elem(void *map, void *each, void *context, __u64 flags);
__u64 bpf_get_current_task(void);

#endif
