/* SPDX-License-Identifier: MIT */
/* The BPF object as bytes of the library, which so stays one file. */
	.section .rodata
	.balign 8
	.globl damo_object, damo_object_end
	.hidden damo_object, damo_object_end
damo_object:
	.incbin "tracer.bpf.o"
damo_object_end:
	.section .note.GNU-stack, "", %progbits
