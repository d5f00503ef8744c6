// SPDX-License-Identifier: MIT
/*
 * Ends a fuzzer once it has used FUZZ_CPU_SECONDS of processor time: on a busy machine a limit of -max_total_time, which is the clock's, means
 * less work than it says. SIGUSR1 is libFuzzer's request to end after the present input, with its final figures and exit code 0.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *seconds = getenv("FUZZ_CPU_SECONDS");
	struct sigevent end = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec when = { .it_value.tv_sec = seconds ? strtol(seconds, NULL, 10) : 0 };
	timer_t timer;

	(void)argc;
	(void)argv;
	if (!when.it_value.tv_sec)
		return 0;
	if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &end, &timer) || timer_settime(timer, 0, &when, NULL)) {
		perror("FUZZ_CPU_SECONDS");
		exit(1);
	}
	return 0;
}
