// SPDX-License-Identifier: MIT
/*
 * Clearing a large process is one write of a tenth of a second and more, which nothing ends before its time, not even a kill:
 * whoever waits for our threads would wait for it. So a process of its own does it, which shares our memory. It is left alone
 * where somebody wants to stop, and ends by itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "pages_sampler.h"

#define STACK 16384
/* Pages in memory, 256 MiB: 5 to 20 ms. With fewer, a process more costs more than it is worth. */
#define WORTH_IT 65536

struct damo_errand {
	char stack[STACK] __attribute__((aligned(16)));
	int fd;
	const char *words; /* each letter is a write of its own */
	volatile int err;
	volatile int is_stopped;
	pid_t pid;
	struct damo_errand *next; /* of those that were left alone */
};

static struct damo_errand *left_alone;
static pthread_mutex_t left_alone_lock = PTHREAD_MUTEX_INITIALIZER;

static int write_words(int fd, const char *words, const volatile int *is_stopped)
{
	for (; *words && !*is_stopped; words++)
		if (write(fd, words, 1) != 1)
			return -errno;
	return 0;
}

#ifdef __x86_64__
/* Nothing of libc: its variables of a thread are those of the thread that waits. */
static long raw_call(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return result;
}

static int run(void *argument)
{
	struct damo_errand *errand = argument;

	/* Whoever reads our output, or waits for a lock, is not to wait for this one too. */
	raw_call(SYS_close_range, errand->fd + 1, ~0u, 0);
	if (errand->fd > 0)
		raw_call(SYS_close_range, 0, errand->fd - 1, 0);
	for (const char *word = errand->words; *word && !errand->is_stopped && !errand->err; word++) {
		long n = raw_call(SYS_write, errand->fd, (long)word, 1);

		errand->err = n == 1 ? 0 : n < 0 ? n : -EIO;
	}
	return 0;
}

/* Its id, or -errno; no signal reaches it but one that kills. */
static int start(struct damo_errand *errand, int *pidfd)
{
	sigset_t all, before;
	int pid;

	/* Of this thread, as with pthread_sigmask, which an old libc keeps elsewhere. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = clone(run, errand->stack + STACK, CLONE_VM | CLONE_PIDFD, errand, pidfd);
	pid = pid < 0 ? -errno : pid;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}
#else
static int start(struct damo_errand *errand, int *pidfd)
{
	(void)errand;
	(void)pidfd;
	return -ENOSYS;
}
#endif

/* Gives back what those hold that have ended meanwhile. */
static void collect(void)
{
	struct damo_errand **at = &left_alone, *errand;

	pthread_mutex_lock(&left_alone_lock);
	while ((errand = *at)) {
		if (wait4(errand->pid, NULL, __WALL | WNOHANG, NULL) == 0) {
			at = &errand->next;
			continue;
		}
		*at = errand->next;
		free(errand);
	}
	pthread_mutex_unlock(&left_alone_lock);
}

static void leave_alone(struct damo_errand *errand)
{
	errand->is_stopped = 1;
	pthread_mutex_lock(&left_alone_lock);
	errand->next = left_alone;
	left_alone = errand;
	pthread_mutex_unlock(&left_alone_lock);
}

static __u64 ns_of(const struct timeval *time)
{
	return time->tv_sec * 1000000000ull + time->tv_usec * 1000ull;
}

/* 0 when it is done; -ECANCELED where it was stopped before, and the errand must stay. */
static int wait_for(struct damo_pages *p, struct damo_errand *errand, int pidfd)
{
	struct pollfd events[2] = { { .fd = p->stop_fd, .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };
	struct rusage usage = { 0 };
	__u64 ns;

	while (!events[1].revents) {
		if (poll(events, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (events[0].revents && !events[1].revents)
			return -ECANCELED;
	}
	while (wait4(errand->pid, NULL, __WALL, &usage) < 0 && errno == EINTR)
		;
	/* Those who count what they cost count this thread. */
	ns = ns_of(&usage.ru_utime) + ns_of(&usage.ru_stime);
	p->counters.clear_ns += ns;
	p->counters.cpu_ns += ns;
	return 0;
}

int damo_pages__write(struct damo_pages *p, const struct damo_page_target *target, const char *words)
{
	struct damo_errand *errand = NULL;
	int pidfd = -1, err;

	collect();
	if (target->resident >= WORTH_IT && p->stop_fd >= 0)
		errand = calloc(1, sizeof(*errand));
	if (errand) {
		errand->fd = target->clear_fd;
		errand->words = words;
		errand->pid = start(errand, &pidfd);
	}
	/* Where there can be no process more, it is waited for. */
	if (!errand || errand->pid < 0) {
		free(errand);
		return write_words(target->clear_fd, words, &p->is_stopped);
	}
	err = wait_for(p, errand, pidfd);
	close(pidfd);
	if (err) {
		leave_alone(errand);
		return err;
	}
	err = errand->err;
	free(errand);
	return err;
}
