/* Its main thread ends on a byte of standard input, or at once where there is none to come; two other threads go on with its
 * memory, of which the first ends on SIGUSR1. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BYTES = 48 << 20 };
static volatile char *memory;
static volatile sig_atomic_t is_first_to_end;

static void end_first(int signal)
{
	(void)signal;
	is_first_to_end = 1;
}

static void *go_on(void *is_first)
{
	for (;;) {
		for (long i = 0; i < BYTES; i += 4096) {
			if (is_first && is_first_to_end)
				return NULL;
			memory[i]++;
		}
		usleep(20000);
	}
}

int main(void)
{
	pthread_t thread;
	char byte;

	memory = malloc(BYTES);
	signal(SIGUSR1, end_first);
	pthread_create(&thread, NULL, go_on, &thread);
	pthread_create(&thread, NULL, go_on, NULL);
	printf("%p\n", (void *)memory);
	fflush(stdout);
	if (read(0, &byte, 1) < 0)
		return 1;
	pthread_exit(NULL);
}
