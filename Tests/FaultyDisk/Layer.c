// The calls that are caught: each finds out whether the file is watched, asks for faults, notes what a cut could undo, and hands on.
#define _GNU_SOURCE
#include "Layer.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) \
    static __typeof__(name) *call; \
    if (!call) call = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t real_pread(int descriptor, void *bytes, size_t length, off_t offset) {
    REAL(pread);
    return call(descriptor, bytes, length, offset);
}
ssize_t real_pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    REAL(pwrite);
    return call(descriptor, bytes, length, offset);
}
ssize_t real_write(int descriptor, const void *bytes, size_t length) {
    REAL(write);
    return call(descriptor, bytes, length);
}
int real_open(const char *path, int flags, mode_t mode) {
    REAL(open);
    return call(path, flags, mode);
}
int real_link(const char *from, const char *to) {
    REAL(link);
    return call(from, to);
}
int real_ftruncate(int descriptor, off_t size) {
    REAL(ftruncate);
    return call(descriptor, size);
}

enum { LIMIT = 65536 };
static struct file *open_files[LIMIT], *files;
// One change after the other, so that the journal has them in their order.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int begin(void) { return pthread_mutex_lock(&mutex); }

static int end(int result) {
    int error = errno;
    pthread_mutex_unlock(&mutex);
    errno = error;
    return result;
}

static ssize_t end_long(ssize_t result) {
    end(0);
    return result;
}

static int refuse(int error) {
    errno = error;
    return -1;
}

// The absolute path if it is watched.
static int is_watched(const char *path, char *whole, size_t size) {
    const char *folder = getenv("FAULTYDISK_FOLDER");
    if (!folder || !path) return 0;
    char own[400] = "";
    if (path[0] != '/' && !getcwd(own, sizeof own)) return 0;
    snprintf(whole, size, "%s%s%s", own, own[0] ? "/" : "", path);
    size_t length = strlen(folder);
    return strncmp(whole, folder, length) == 0 && (whole[length] == '/' || whole[length] == 0);
}

static struct file *watched(int descriptor) {
    return descriptor >= 0 && descriptor < LIMIT ? open_files[descriptor] : NULL;
}

static int ends_with(const char *text, const char *tail) {
    size_t length = strlen(text), short_one = strlen(tail);
    return length >= short_one && strcmp(text + length - short_one, tail) == 0;
}

static struct file *file_of(int descriptor, const char *path) {
    struct stat info;
    if (fstat(descriptor, &info) != 0) return NULL;
    struct file *file = files;
    while (file && (file->number != info.st_ino || file->device != info.st_dev)) file = file->next;
    if (!file) {
        if (!(file = calloc(1, sizeof *file))) return NULL;
        file->next = files;
        files = file;
    }
    file->device = info.st_dev;
    file->number = info.st_ino;
    file->isFolder = S_ISDIR(info.st_mode);
    file->isIndex = ends_with(path, "-shm");
    snprintf(file->path, sizeof file->path, "%s", path);
    return file;
}

static struct faults faults_of(const char *path) {
    struct faults faults = faults_now();
    if (!faults_concern(&faults, path)) faults = (struct faults){.space = -1};
    return faults;
}

static int open_watched(const char *path, int flags, mode_t mode) {
    char whole[512];
    if (!is_watched(path, whole, sizeof whole)) return real_open(path, flags, mode);
    begin();
    struct faults faults = faults_of(whole);
    int is_writing = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
    int is_there = access(whole, F_OK) == 0;
    if (faults.readonly && is_writing && !(is_there && (flags & O_ACCMODE) == O_RDONLY && !(flags & O_TRUNC)))
        return end(refuse(EROFS));
    if (!is_there && (flags & O_CREAT)) {
        if (faults.space == 0) return end(refuse(ENOSPC));
        journal_made(whole);
        if (journal_cuts()) journal_end();
    }
    // What will be overwritten has to be read first.
    if ((flags & O_ACCMODE) == O_WRONLY) flags = (flags & ~O_ACCMODE) | O_RDWR;
    int descriptor = real_open(path, flags & ~O_TRUNC, mode);
    struct file *file = descriptor >= 0 ? file_of(descriptor, whole) : NULL;
    if (descriptor >= 0 && descriptor < LIMIT) open_files[descriptor] = file;
    if (file && (flags & O_TRUNC) && is_there) {
        journal_size(file, descriptor, 0);
        real_ftruncate(descriptor, 0);
    }
    return end(descriptor);
}

static mode_t mode_of(int flags, va_list arguments) {
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_watched(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_watched(path, flags | O_LARGEFILE, mode);
}

int close(int descriptor) {
    REAL(close);
    if (!watched(descriptor)) return call(descriptor);
    begin();
    open_files[descriptor] = NULL;
    return end(call(descriptor));
}

ssize_t pread(int descriptor, void *bytes, size_t length, off_t offset) {
    struct file *file = watched(descriptor);
    if (!file) return real_pread(descriptor, bytes, length, offset);
    begin();
    struct faults faults = faults_of(file->path);
    if (faults_hit(faults.eio_read)) return end(refuse(EIO));
    return end_long(real_pread(descriptor, bytes, length, offset));
}

ssize_t pread64(int descriptor, void *bytes, size_t length, off_t offset) { return pread(descriptor, bytes, length, offset); }

ssize_t read(int descriptor, void *bytes, size_t length) {
    REAL(read);
    struct file *file = watched(descriptor);
    if (!file) return call(descriptor, bytes, length);
    begin();
    struct faults faults = faults_of(file->path);
    if (faults_hit(faults.eio_read)) return end(refuse(EIO));
    return end_long(call(descriptor, bytes, length));
}

static ssize_t write_watched(struct file *file, int descriptor, const void *bytes, size_t length, off_t offset) {
    begin();
    struct faults faults = faults_of(file->path);
    struct stat info;
    if (faults.readonly) return end(refuse(EROFS));
    if (faults_hit(faults.eio_write)) return end(refuse(EIO));
    if (fstat(descriptor, &info) != 0) return end(-1);
    off_t past = offset + (off_t)length - info.st_size;
    size_t growth = past > 0 ? (size_t)past : 0;
    size_t room = faults_room(&faults, growth);
    if (room < growth) {
        // As on a real disk: what fits is written, the rest is refused at the next try.
        size_t missing = growth - room;
        if (missing >= length) return end(refuse(ENOSPC));
        length -= missing;
    }
    if (!file->isIndex) {
        journal_write(file, descriptor, offset, length);
        if (faults.lose) writes_keep(file, descriptor, offset, length);
        if (journal_cuts()) {
            real_pwrite(descriptor, bytes, length / 2, offset);
            journal_end();
        }
    }
    return end_long(real_pwrite(descriptor, bytes, length, offset));
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    struct file *file = watched(descriptor);
    return file ? write_watched(file, descriptor, bytes, length, offset) : real_pwrite(descriptor, bytes, length, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off_t offset) {
    return pwrite(descriptor, bytes, length, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    struct file *file = watched(descriptor);
    if (!file) return real_write(descriptor, bytes, length);
    ssize_t count = write_watched(file, descriptor, bytes, length, lseek(descriptor, 0, SEEK_CUR));
    if (count > 0) lseek(descriptor, count, SEEK_CUR);
    return count;
}

int ftruncate(int descriptor, off_t size) {
    struct file *file = watched(descriptor);
    if (!file) return real_ftruncate(descriptor, size);
    begin();
    struct faults faults = faults_of(file->path);
    struct stat info;
    if (faults.readonly) return end(refuse(EROFS));
    if (faults_hit(faults.eio_write)) return end(refuse(EIO));
    if (fstat(descriptor, &info) == 0 && info.st_size > size) faults_free((size_t)(info.st_size - size));
    if (!file->isIndex && info.st_size != size) {
        journal_size(file, descriptor, size);
        if (journal_cuts()) journal_end();
    }
    return end(real_ftruncate(descriptor, size));
}

int ftruncate64(int descriptor, off_t size) { return ftruncate(descriptor, size); }

// True when the result is known without asking the real disk.
static int sync_watched(int descriptor, int *result) {
    struct file *file = watched(descriptor);
    if (!file) return 0;
    begin();
    struct faults faults = faults_of(file->path);
    if (faults.slow) {
        // Others may read meanwhile.
        pthread_mutex_unlock(&mutex);
        struct timespec pause = {faults.slow / 1000, faults.slow % 1000 * 1000000L};
        nanosleep(&pause, NULL);
        begin();
    }
    if (faults_hit(faults.eio_sync)) {
        if (faults.lose) writes_undo(file, descriptor);
        *result = refuse(EIO);
        end(0);
        return 1;
    }
    writes_forget(file);
    if (journal_is_on()) {
        if (journal_cuts()) journal_end();
        journal_sync(file);
        *result = 0;
        end(0);
        return 1;
    }
    end(0);
    return 0;
}

int fsync(int descriptor) {
    REAL(fsync);
    int result;
    return sync_watched(descriptor, &result) ? result : call(descriptor);
}

int fdatasync(int descriptor) {
    REAL(fdatasync);
    int result;
    return sync_watched(descriptor, &result) ? result : call(descriptor);
}

int unlink(const char *path) {
    REAL(unlink);
    char whole[512];
    if (!is_watched(path, whole, sizeof whole)) return call(path);
    begin();
    struct stat info;
    if (faults_of(whole).readonly) return end(refuse(EROFS));
    if (lstat(path, &info) == 0 && S_ISREG(info.st_mode)) {
        if (!ends_with(whole, "-shm")) journal_removed(whole);
        faults_free((size_t)info.st_size);
        if (journal_cuts()) journal_end();
    }
    return end(call(path));
}

int rename(const char *from, const char *to) {
    REAL(rename);
    char whole[512], other[512];
    if (!is_watched(from, whole, sizeof whole) || !is_watched(to, other, sizeof other)) return call(from, to);
    begin();
    if (faults_of(whole).readonly) return end(refuse(EROFS));
    journal_renamed(whole, other);
    if (journal_cuts()) journal_end();
    return end(call(from, to));
}

int link(const char *from, const char *to) {
    char whole[512];
    if (!is_watched(to, whole, sizeof whole)) return real_link(from, to);
    begin();
    if (faults_of(whole).readonly) return end(refuse(EROFS));
    if (access(whole, F_OK) != 0) journal_made(whole);
    return end(real_link(from, to));
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    char whole[512];
    if (!is_watched(path, whole, sizeof whole)) return call(path, mode);
    begin();
    if (faults_of(whole).readonly) return end(refuse(EROFS));
    return end(call(path, mode));
}
