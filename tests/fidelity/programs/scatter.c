/* Mappings of 1 MiB that lie far apart, the first half of each written every 20 ms: scatter COUNT */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE (1UL << 20)
#define PAGE 4096
#define FAR (1UL << 36)
#define FIRST 0x100000000000UL

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 48;

	for (int i = 0; i < count; i++) {
		char *memory = mmap((void *)(FIRST + i * FAR), SIZE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		if (memory == MAP_FAILED) {
			perror("mmap");
			return 1;
		}
		/* As many pages as the sizes say, whatever the machine's huge pages are set to. */
		madvise(memory, SIZE, MADV_NOHUGEPAGE);
		for (unsigned long at = 0; at < SIZE; at += PAGE)
			memory[at] = 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		for (int i = 0; i < count; i++)
			for (unsigned long at = 0; at < SIZE / 2; at += PAGE)
				((volatile char *)(FIRST + i * FAR))[at]++;
		usleep(20000);
	}
}
