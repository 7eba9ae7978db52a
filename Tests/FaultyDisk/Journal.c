// The journal of a power cut: what each change of the disk replaced, and which syncs came after it.
//
// Each record goes out in one piece before its change, into a file that no cut touches. `Loss.swift` reads it.
#include "Layer.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE = 1, SIZE = 2, SYNC = 3, MADE = 4, REMOVED = 5, RENAMED = 6, FOLDER_SYNC = 7 };

struct record {
    uint32_t magic, kind;
    uint64_t number;                // of the file
    int64_t offset, length, size;   // what was changed, and the file's size before
    uint64_t held;                  // bytes that stood there before, behind the names
    uint32_t name, other;           // lengths of the names behind this
};

static int journal = -2;
static char folder[400];
static long kept, changes;

static int open_journal(void) {
    if (journal != -2) return journal;
    const char *path = getenv("FAULTYDISK_JOURNAL");
    if (!path) return journal = -1;
    snprintf(folder, sizeof folder, "%s", path);
    char name[512];
    snprintf(name, sizeof name, "%s/journal", folder);
    return journal = real_open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

int journal_is_on(void) { return open_journal() >= 0; }

int journal_lies(void) {
    const char *lie = getenv("FAULTYDISK_LIE");
    return lie && *lie == '1';
}

static void put(struct record *record, const char *name, const char *other, const void *bytes) {
    record->magic = 0x4B534446;
    record->name = (uint32_t)strlen(name);
    record->other = (uint32_t)strlen(other);
    struct iovec parts[] = {
        {record, sizeof *record}, {(void *)name, record->name}, {(void *)other, record->other}, {(void *)bytes, record->held}};
    size_t whole = sizeof *record + record->name + record->other + record->held;
    // Without its journal a run would prove nothing.
    if (writev(open_journal(), parts, 4) != (ssize_t)whole) abort();
}

static void put_content(struct file *file, int descriptor, uint32_t kind, off_t offset, size_t length) {
    struct stat info;
    if (fstat(descriptor, &info) != 0) abort();
    unsigned char *bytes = malloc(length + 1);
    if (!bytes) abort();
    ssize_t held = length ? real_pread(descriptor, bytes, length, offset) : 0;
    struct record record = {
        .kind = kind, .number = file->number, .offset = offset, .length = (int64_t)length, .size = info.st_size,
        .held = held > 0 ? (uint64_t)held : 0};
    put(&record, file->path, "", bytes);
    free(bytes);
}

void journal_write(struct file *file, int descriptor, off_t offset, size_t length) {
    if (journal_is_on()) put_content(file, descriptor, WRITE, offset, length);
}

// What is cut off can come back.
void journal_size(struct file *file, int descriptor, off_t size) {
    struct stat info;
    if (!journal_is_on() || fstat(descriptor, &info) != 0) return;
    put_content(file, descriptor, SIZE, size, info.st_size > size ? (size_t)(info.st_size - size) : 0);
}

void journal_sync(struct file *file) {
    if (!journal_is_on() || journal_lies()) return;
    struct record record = {.kind = file->isFolder ? FOLDER_SYNC : SYNC, .number = file->number};
    put(&record, file->path, "", NULL);
}

void journal_made(const char *path) {
    if (!journal_is_on()) return;
    struct record record = {.kind = MADE};
    put(&record, path, "", NULL);
}

// A second name keeps what is removed, so that it can come back.
static void keep(const char *path, char *name, size_t size) {
    do snprintf(name, size, "%s/kept-%d-%ld", folder, (int)getpid(), kept++);
    while (real_link(path, name) != 0 && errno == EEXIST);
}

void journal_removed(const char *path) {
    struct stat info;
    if (!journal_is_on() || stat(path, &info) != 0) return;
    char name[512];
    keep(path, name, sizeof name);
    struct record record = {.kind = REMOVED, .number = info.st_ino};
    put(&record, path, name, NULL);
}

void journal_renamed(const char *from, const char *to) {
    if (!journal_is_on()) return;
    journal_removed(to);
    struct record record = {.kind = RENAMED};
    put(&record, from, to, NULL);
}

int journal_cuts(void) {
    if (!journal_is_on()) return 0;
    const char *at = getenv("FAULTYDISK_CUT_AT");
    return at && ++changes == strtol(at, NULL, 10);
}

void journal_end(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}
