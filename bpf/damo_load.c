// SPDX-License-Identifier: MIT
/* Loads BPF objects while signals come, and where files may run out. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "damo_session.h"

/* More than an object has maps, programs and what else is open with them. */
#define FILES 32

/* Where they run out in the middle, libbpf takes what it could not try for what the kernel lacks, and says so. */
static int has_room(void)
{
	int files[FILES], nr, err = 0;

	for (nr = 0; nr < FILES; nr++) {
		files[nr] = eventfd(0, EFD_CLOEXEC);
		if (files[nr] < 0) {
			err = -errno;
			break;
		}
	}
	while (nr > 0)
		close(files[--nr]);
	return err;
}

/*
 * The kernel gives a program up with -EAGAIN where a signal waits for the thread that loads it: with a timer, or a
 * terminal whose size is being changed, one always does. They wait until it is loaded, or another thread takes them.
 */
int damo_load(struct bpf_object_skeleton *skeleton)
{
	sigset_t all, before;
	int err = has_room();

	if (err)
		return err;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	err = bpf_object__load_skeleton(skeleton);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}
