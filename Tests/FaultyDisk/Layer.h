// What the parts of the layer share. No file of the watched folder is ever opened or closed by the layer itself: closing any
// descriptor of a database drops the locks that SQLite holds on it.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

// What is wrong with the disk at this moment; all 0 (and space -1) on a sound one.
struct faults {
    long space;     // space=N       bytes by which files may still grow, -1: no bound; another number starts anew
    int readonly;   // readonly=1    every change fails with EROFS
    int eio_read;   // eio_read=P    reads fail with EIO, P of 100
    int eio_write;  // eio_write=P   writes and changes of size
    int eio_sync;   // eio_sync=P    syncs
    int lose;       // lose=1        a sync that fails takes what it should have stored with it, as page caches do
    int slow;       // slow=MS       syncs take that long
    char only[64];  // only=SUFFIX   for files whose name ends so; empty: for all
};

// A watched file that is open.
struct file {
    dev_t device;
    ino_t number;
    char path[512];
    int isFolder;
    int isIndex;           // SQLite's -shm: mapped into memory, made anew at each start
    struct write *unsynced; // the newest first; kept while `lose` may be asked for
    struct file *next;
};

// What stood in a file before a write that was not synced yet.
struct write {
    off_t offset;
    size_t length, held; // how much was written over, and how much of that was there before
    off_t size;          // of the file, before
    struct write *next;
    unsigned char bytes[];
};

// The C library's own calls.
ssize_t real_pread(int descriptor, void *bytes, size_t length, off_t offset);
ssize_t real_pwrite(int descriptor, const void *bytes, size_t length, off_t offset);
ssize_t real_write(int descriptor, const void *bytes, size_t length);
int real_open(const char *path, int flags, mode_t mode);
int real_link(const char *from, const char *to);
int real_ftruncate(int descriptor, off_t size);

// Faults.c
struct faults faults_now(void);
int faults_concern(const struct faults *faults, const char *path);
int faults_hit(int percent);
size_t faults_room(const struct faults *faults, size_t growth);
void faults_free(size_t bytes);

// Journal.c; all but `journal_is_on` do nothing without a journal.
int journal_is_on(void);
int journal_lies(void);
void journal_write(struct file *file, int descriptor, off_t offset, size_t length);
void journal_size(struct file *file, int descriptor, off_t size);
void journal_sync(struct file *file);
void journal_made(const char *path);
void journal_removed(const char *path);
void journal_renamed(const char *from, const char *to);
// True when the power fails in the middle of this change.
int journal_cuts(void);
void journal_end(void) __attribute__((noreturn));

// Writes.c: what a failed sync takes along.
void writes_keep(struct file *file, int descriptor, off_t offset, size_t length);
void writes_forget(struct file *file);
void writes_undo(struct file *file, int descriptor);
