// SPDX-License-Identifier: MIT
/* Runs a harness on files, where there is no libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		static uint8_t bytes[1 << 16];
		FILE *file = fopen(argv[i], "re");
		size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
		/* A copy of its size: what is read beyond it is seen. */
		uint8_t *copy = malloc(size + !size);

		if (!file || !copy) {
			perror(argv[i]);
			return 1;
		}
		fclose(file);
		for (size_t at = 0; at < size; at++)
			copy[at] = bytes[at];
		LLVMFuzzerTestOneInput(copy, size);
		free(copy);
	}
	return 0;
}
