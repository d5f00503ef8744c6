/* SPDX-License-Identifier: MIT */
#define BPF_CORE_READ(from, field) ((from)->field)
