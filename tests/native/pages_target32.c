// SPDX-License-Identifier: MIT
/* A 32-bit process without any library: maps 16 pages, says where, and touches the first 4 for ever. */
static int call(int number, int a, int b, int c)
{
	int result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
	return result;
}

__attribute__((section(".bss"), aligned(4096))) volatile char pages[16 * 4096];

void _start(void)
{
	static char text[11] = "0x00000000\n";
	static int pause_ns[2] = { 0, 500000 };

	for (int i = 0; i < 8; i++)
		text[9 - i] = "0123456789abcdef"[(unsigned int)pages >> 4 * i & 15];
	call(27 /* alarm */, 60, 0, 0);
	for (int i = 0; i < 16; i++)
		pages[i * 4096] = 1;
	call(4 /* write */, 1, (int)text, sizeof(text));
	for (;;) {
		for (int i = 0; i < 4; i++)
			pages[i * 4096]++;
		call(162 /* nanosleep */, (int)pause_ns, 0, 0);
	}
}
