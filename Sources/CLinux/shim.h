// Calls that Swift cannot import, since they take a variable list of arguments.
#pragma once
#include <sys/prctl.h>

// No core file, and no look into the memory by other processes of the same user.
static inline int clinux_disable_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
