/* SPDX-License-Identifier: MIT */
/* The BPF object as bytes of the library, which so stays one file. */
	.section .rodata
	.balign 8
	.globl damo_pages_object, damo_pages_object_end
	.hidden damo_pages_object, damo_pages_object_end
damo_pages_object:
	.incbin "pages.bpf.o"
damo_pages_object_end:
	.section .note.GNU-stack, "", %progbits
