/* SPDX-License-Identifier: MIT */
/*
 * Included before each file. With _GNU_SOURCE, glibc 2.38 and newer make these functions calls of new symbols, which read binary
 * numbers too, and which no older system has. A package that is built on a new system is to run on an older one.
 */
#pragma once
#if defined(__linux__)
#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17"
#endif
#ifdef OLDEST
__asm__(".symver __isoc23_strtol, strtol@" OLDEST);
__asm__(".symver __isoc23_strtoul, strtoul@" OLDEST);
__asm__(".symver __isoc23_strtoll, strtoll@" OLDEST);
__asm__(".symver __isoc23_strtoull, strtoull@" OLDEST);
/* Since C99 reads %a: the one of glibc 2.7 on x86-64. */
#ifdef __x86_64__
__asm__(".symver __isoc23_sscanf, __isoc99_sscanf@GLIBC_2.7");
#else
__asm__(".symver __isoc23_sscanf, __isoc99_sscanf@" OLDEST);
#endif
#undef OLDEST
#endif
#endif
