/* SPDX-License-Identifier: MIT */
/* The BPF object as bytes of the library, which so stays one file. */
	.section .rodata
	.balign 8
	.globl damo_profiler_object, damo_profiler_object_end
	.hidden damo_profiler_object, damo_profiler_object_end
damo_profiler_object:
	.incbin "profiler.bpf.o"
damo_profiler_object_end:
	.section .note.GNU-stack, "", %progbits
