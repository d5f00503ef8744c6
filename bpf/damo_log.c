// SPDX-License-Identifier: MIT
/* What libbpf says, kept instead of printed, and small facts about the caller. */
#include <linux/capability.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "damo_session.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char kept[64 << 10];
static size_t length;

static int keep(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[16 << 10];
	size_t n, excess;

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	n = strlen(line);
	pthread_mutex_lock(&lock);
	/* The end of a verifier's log says why. */
	if (length + n > sizeof(kept)) {
		excess = length + n - sizeof(kept);
		length -= excess;
		memmove(kept, kept + excess, length);
	}
	memcpy(kept + length, line, n);
	length += n;
	pthread_mutex_unlock(&lock);
	return 0;
}

void damo_log__begin(void)
{
	pthread_mutex_lock(&lock);
	length = 0;
	pthread_mutex_unlock(&lock);
	libbpf_set_print(keep);
}

__u32 damo_last_log(char *to, __u32 cap)
{
	__u32 n;

	pthread_mutex_lock(&lock);
	n = length < cap ? length : cap;
	memcpy(to, kept + length - n, n);
	pthread_mutex_unlock(&lock);
	return n;
}

__u32 damo_version(void)
{
	return DAMO_VERSION;
}

__u64 damo_clock_boottime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

__u32 damo_missing_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};
	__u64 has;
	__u32 missing = 0;

	if (syscall(SYS_capget, &header, data))
		return 0;
	has = data[0].effective | (__u64)data[1].effective << 32;
	if (has & 1ull << CAP_SYS_ADMIN)
		return 0;
	if (!(has & 1ull << CAP_BPF))
		missing |= DAMO_CAP_BPF;
	if (!(has & 1ull << CAP_PERFMON))
		missing |= DAMO_CAP_PERFMON;
	return missing;
}
