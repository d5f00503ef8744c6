/* Debian 12's virtiofsd gives up its supplementary groups before it serves a folder. In a user namespace of an ordinary user the kernel
 * refuses that (user_namespaces(7)); and there they open nothing to anybody that this user may not open. lab/run loads this into it. */
#include <grp.h>

int setgroups(size_t size, const gid_t *list)
{
	(void)size;
	(void)list;
	return 0;
}
