#ifndef CLINUX_H
#define CLINUX_H

/* Calls that Swift cannot import: they take a variable list of arguments, or stand in a header that its modules leave out.
 *
 * No header of the C library is named here but the one of fixed sizes: the compiler would take its types for this
 * module's, with other macros set, and refuse files that meet both forms. */
#include <stdint.h>

/* No core file, and no look into the memory by other processes of the same user. Returns 0, or -1 where it is refused. */
int clinux_disable_dumps(void);

/* When a file was made, in nanoseconds since 1970; 0 where the file system does not tell. A link is not followed. */
int64_t clinux_birth(const char *path);

/* Large blocks get pages of their own, whatever was freed before; by itself the allocator raises that bound to 32 MiB. */
void clinux_set_large_block(int bytes);

/* Gives pages that hold nothing but free blocks back to the system. */
void clinux_trim_heap(void);

/* Gives the pages of code and constants back to the system, which reads them from their files again when they are
 * needed. */
void clinux_release_code(void);

#endif
