// SPDX-License-Identifier: MIT
/* Processes to sample, of the kinds that are hard: usage pages_target MODE [PAGES [HOT]]; ends with its parent. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096ul

static char *map(size_t bytes)
{
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		exit(1);
	return at;
}

static void touch(volatile char *at, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		at[i * PAGE]++;
}

static void touch_for_ever(char *at, size_t pages)
{
	for (;;) {
		touch(at, pages);
		usleep(500);
	}
}

static void say(const void *at, size_t pages)
{
	printf("%d %lu %lu\n", getpid(), (unsigned long)at, pages * PAGE);
	fflush(stdout);
}

/* Counts what it does, and says how much and at what CPU time (ns) whenever a line comes: what is left of its speed. */
static volatile int is_asked;

static void *listen(void *unused)
{
	char line[16];

	(void)unused;
	while (fgets(line, sizeof(line), stdin))
		is_asked = 1;
	return NULL;
}

/* By the thread that works, so that both are of one moment, however busy the machine is. */
static void answer(unsigned long count)
{
	struct timespec cpu;

	is_asked = 0;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	printf("%lu %lu\n", count, cpu.tv_sec * 1000000000ul + cpu.tv_nsec);
	fflush(stdout);
}

/* Touches pages at random. */
static void race(volatile char *at, size_t pages)
{
	unsigned long random = 88172645463325252ul;
	pthread_t thread;

	pthread_create(&thread, NULL, listen, NULL);
	for (unsigned long count = 0;; count++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		at[random % pages * PAGE + (random >> 40) % PAGE]++;
		if (is_asked)
			answer(count);
	}
}

static size_t hot;

static void *touch_in_thread(void *at)
{
	touch_for_ever(at, hot);
	return NULL;
}

/* Maps and unmaps some 2,000 times a second, beside pages that stay. */
static void churn(volatile char *stays, size_t stay)
{
	pthread_t thread;

	pthread_create(&thread, NULL, listen, NULL);
	for (unsigned int i = 0;; i++) {
		size_t pages = 1 + i * 7 % 600;
		char *at = map(pages * PAGE);

		touch(at, pages < 40 ? pages : 40);
		touch(stays, stay);
		usleep(200);
		munmap(at, pages * PAGE);
		if (is_asked)
			answer(i + 1);
	}
}

#define TIB (1ul << 40)

static char *map_at(unsigned long at, size_t bytes)
{
	char *got = mmap((void *)at, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (got == MAP_FAILED)
		exit(1);
	madvise(got, bytes, MADV_NOHUGEPAGE);
	return got;
}

/* Eight mappings 1 TiB apart, each between two of no permissions; the first half of each second one is used. */
static void scatter(size_t pages)
{
	char *at[8];

	for (unsigned int i = 0; i < 8; i++) {
		unsigned long first = (16 + i) * TIB;

		if (mmap((void *)(first - 64 * PAGE), (pages + 128) * PAGE, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
			exit(1);
		at[i] = (char *)first;
		if (mprotect(at[i], pages * PAGE, PROT_READ | PROT_WRITE))
			exit(1);
		madvise(at[i], pages * PAGE, MADV_NOHUGEPAGE);
		touch(at[i], pages);
	}
	say(at[0], pages);
	for (;; usleep(500))
		for (unsigned int i = 0; i < 8; i += 2)
			touch(at[i], pages / 2);
}

/* A new mapping 1 TiB apart with each line that comes; says where and when, ns of CLOCK_BOOTTIME. */
static void grow_apart(size_t pages)
{
	static char *volatile at[64];
	struct timespec now;
	pthread_t thread;
	volatile int nr = 1;

	at[0] = map_at(16 * TIB, pages * PAGE);
	say(at[0], pages);
	pthread_create(&thread, NULL, listen, NULL);
	for (;; usleep(500)) {
		for (int i = 0; i < nr; i++)
			touch(at[i], pages);
		if (!is_asked || nr == 64)
			continue;
		is_asked = 0;
		at[nr] = map_at((16 + nr) * TIB, pages * PAGE);
		touch(at[nr], pages);
		clock_gettime(CLOCK_BOOTTIME, &now);
		printf("%lu %lu\n", (unsigned long)at[nr], now.tv_sec * 1000000000ul + now.tv_nsec);
		fflush(stdout);
		nr++;
	}
}

/* Mappings of one page each with a page of no permissions between them. */
static void make_many(size_t nr)
{
	char *at = mmap(NULL, 2 * nr * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	madvise(at, 2 * nr * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < nr; i++) {
		if (mprotect(at + 2 * i * PAGE, PAGE, PROT_READ | PROT_WRITE))
			exit(1);
		at[2 * i * PAGE] = 1;
	}
	say(at, 2 * nr);
	for (;; usleep(500))
		for (size_t i = 0; i < nr; i += 4)
			((volatile char *)at)[2 * i * PAGE]++;
}

/* Memory of two processes: both use its first pages. */
static void share(size_t pages)
{
	char *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	touch(at, pages);
	if (fork() == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Both have its tables filled. */
	touch(at, pages);
	say(at, pages);
	touch_for_ever(at, hot);
}

static pid_t begin(size_t pages, unsigned int lives_us)
{
	pid_t child = fork();
	char *at;

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Of another place than the parent's. */
	at = map(pages * PAGE);
	madvise(at, pages * PAGE, MADV_NOHUGEPAGE);
	touch(at, pages);
	if (lives_us) {
		usleep(lives_us);
		_exit(0);
	}
	say(at, pages);
	touch_for_ever(at, hot);
	return 0;
}

/* A line `+` begins a child with memory of its own, `-` ends the last one, `*` begins many, and ends them, for some seconds. */
static void fork_when_told(size_t pages)
{
	pid_t last = 0;
	char line[16];

	while (fgets(line, sizeof(line), stdin)) {
		if (line[0] == '+') {
			last = begin(pages, 0);
		} else if (line[0] == '-') {
			kill(last, SIGKILL);
			waitpid(last, NULL, 0);
			puts("ended");
			fflush(stdout);
		} else if (line[0] == '*') {
			for (int i = 0; i < 32; i++, usleep(250000)) {
				begin(16, 2500000 + i % 7 * 400000);
				while (waitpid(-1, NULL, WNOHANG) > 0)
					;
			}
			puts("done");
			fflush(stdout);
		}
	}
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	size_t pages = argc > 2 ? strtoul(argv[2], NULL, 0) : 64;
	char *at, line[16];
	pthread_t thread;

	hot = argc > 3 ? strtoul(argv[3], NULL, 0) : pages;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(1200);
	if (!strcmp(mode, "exec")) {
		at = map(pages * PAGE);
		touch(at, pages);
		say(at, pages);
		if (!fgets(line, sizeof(line), stdin))
			return 1;
		execl("/proc/self/exe", argv[0], "touch", argv[2], argv[3], NULL);
		return 1;
	}
	if (!strcmp(mode, "scatter"))
		scatter(pages);
	if (!strcmp(mode, "grow_apart"))
		grow_apart(pages);
	if (!strcmp(mode, "many"))
		make_many(pages);
	if (!strcmp(mode, "share"))
		share(pages);
	if (!strcmp(mode, "huge")) {
		at = map((pages + 1024) * PAGE);
		at = (char *)(((unsigned long)at + 512 * PAGE - 1) & -(512 * PAGE));
		madvise(at, pages * PAGE, MADV_HUGEPAGE);
		/* Read first it would be the huge page of zeros, which Linux before 6.13 splits with the first write. */
		for (size_t i = 0; i < pages; i++)
			((volatile char *)at)[i * PAGE] = 1;
	} else if (!strcmp(mode, "sparse")) {
		at = map(10ul << 30);
		madvise(at, 10ul << 30, MADV_NOHUGEPAGE);
		at[5ul << 30] = 1;
		say(at, 10ul << 18);
		touch_for_ever(at + (5ul << 30), 1);
	} else {
		at = map(pages * PAGE);
		madvise(at, pages * PAGE, MADV_NOHUGEPAGE);
	}
	touch(at, pages);
	/* All but the hot ones go to swap, where there is any. */
	if (!strcmp(mode, "swap"))
		madvise(at + hot * PAGE, (pages - hot) * PAGE, MADV_PAGEOUT);
	/* Mapped, but never touched: so it needs no huge page that this machine would have to have. */
	if (!strcmp(mode, "hugetlb") &&
	    mmap(NULL, 4ul << 20, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_HUGETLB | 21 << MAP_HUGE_SHIFT, -1, 0) == MAP_FAILED)
		return 1;
	if (!strcmp(mode, "fork") && fork() == 0) {
		/* The child copies its hot pages with the first write; the others stay shared with the parent. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		say(at, pages);
		touch_for_ever(at, hot);
	}
	say(at, pages);
	if (!strcmp(mode, "fork"))
		for (volatile char *p = at;; usleep(500))
			for (size_t i = 0; i < pages; i++)
				(void)p[i * PAGE];
	if (!strcmp(mode, "forks")) {
		pthread_create(&thread, NULL, touch_in_thread, at);
		fork_when_told(pages);
	}
	if (!strcmp(mode, "race"))
		race(at, hot);
	if (!strcmp(mode, "churn"))
		churn(at, hot);
	if (!strcmp(mode, "grow"))
		for (size_t n = pages;; n += 16, usleep(5000)) {
			at = mremap(at, n * PAGE, (n + 16) * PAGE, MREMAP_MAYMOVE);
			touch(at + n * PAGE, 16);
		}
	if (!strcmp(mode, "thread")) {
		pthread_create(&thread, NULL, touch_in_thread, at);
		pause();
	}
	touch_for_ever(at, hot);
}
