#ifndef GATHERED_WRITES_H
#define GATHERED_WRITES_H

#include <sqlite3.h>

/* The name of a VFS that works as SQLite's own, but hands what is written piece by piece to neighbouring places of the
 * write-ahead log to the system in one call.
 *
 * SQLite writes each page of a commit with two calls, one for 24 bytes and one for the page; a commit of 8 pages takes
 * 16 calls, a tenth of a millisecond of a small machine. What is held reaches the file before its sync, before anything
 * of it is read, before its size is asked for or changed, and before the lock of who writes the log is given up: a
 * transaction that is given up leaves pages in the log, and they have to be there before the next writer's are.
 *
 * Only for connections with PRAGMA synchronous = FULL: the sync of each commit comes before other connections are told
 * of it. Without that sync they would look for pages that are still held here. Where a page can be torn by a write beside
 * it (psow=0) nothing is gathered.
 *
 * Returns NULL when SQLite has no VFS of its own. May be called by several threads, and more than once. */
const char *gathered_writes_vfs(void);

#endif
