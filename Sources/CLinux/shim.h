// Calls that Swift cannot import: they take a variable list of arguments, or stand in a header that its modules leave out.
#pragma once
#include <sys/prctl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

// No core file, and no look into the memory by other processes of the same user.
static inline int clinux_disable_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// Large blocks get pages of their own, whatever was freed before; by itself the allocator raises that bound to 32 MiB.
static inline void clinux_set_large_block(int bytes) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, bytes);
#else
    (void)bytes;
#endif
}

// Gives pages that hold nothing but free blocks back to the system.
static inline void clinux_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
