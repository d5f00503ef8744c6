/** What `--mount` says in the help of every command that has it. */
export const MOUNT_HELP = "mount the kernel's file system that the interface is in, where it is not mounted";
