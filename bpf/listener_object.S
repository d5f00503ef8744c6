/* SPDX-License-Identifier: MIT */
/* The BPF object as bytes of the library, which so stays one file. */
	.section .rodata
	.balign 8
	.globl damo_listener_object, damo_listener_object_end
	.hidden damo_listener_object, damo_listener_object_end
damo_listener_object:
	.incbin "listener.bpf.o"
damo_listener_object_end:
	.section .note.GNU-stack, "", %progbits
