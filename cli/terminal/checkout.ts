/** The folder that this program is in, with `/` at its end: the lab, the workload and the set-up are there. */
export const CHECKOUT = decodeURIComponent(new URL("../..", import.meta.url).pathname);
