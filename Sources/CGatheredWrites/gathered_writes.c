/* Gathers SQLite's small writes; what it promises is in gathered_writes.h. */
#include "gathered_writes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this a call costs less than the copy into the buffer, and the processor's cache is full. */
enum { ROOM = 64 * 1024 };

/* The first of the locks in SQLite's shared memory: who has it writes the log. A part of SQLite's file format. */
enum { WRITE_LOCK = 0 };

typedef struct GatheredFile {
    sqlite3_file base;
    /* The file of SQLite's own VFS; it stands behind this struct. */
    sqlite3_file *real;
    /* Whether writes are gathered: those to a log are. Not those to a database while the log is moved into it: SQLite takes
     * pages for moved without a sync when a reader keeps it from moving all, and so would never hear that a flush failed. */
    int gathers;
    /* Of a database: its log, while that is open. Of a log: its database, which is closed after it. */
    struct GatheredFile *partner;
    /* Why what was held did not reach the file, when nobody could be told at once: the next call on the file tells. */
    int failure;
    /* Bytes held for the file, from `start` on. */
    char *held;
    sqlite3_int64 start;
    int length;
} GatheredFile;

static GatheredFile *gathered(sqlite3_file *file) { return (GatheredFile *)file; }
static sqlite3_file *real(sqlite3_file *file) { return gathered(file)->real; }

/* Writes what is held. After an error it is dropped: SQLite takes the commit back and writes its place anew. */
static int flush(GatheredFile *file) {
    if (file->length == 0) {
        int failure = file->failure;
        file->failure = SQLITE_OK;
        return failure;
    }
    int length = file->length;
    file->length = 0;
    return file->real->pMethods->xWrite(file->real, file->held, length, file->start);
}

/* Writes what the log of a database holds, before somebody else may write the same places. Only a transaction given up
 * after some of its pages went to the log leaves something. SQLite does not hear of an error here: it is kept. */
static void flush_log(sqlite3_file *database) {
    GatheredFile *log = gathered(database)->partner;
    if (log != NULL && log->length > 0) log->failure = flush(log);
}

static int close_file(sqlite3_file *handle) {
    GatheredFile *file = gathered(handle);
    /* Were something held, then without the lock: its place may be another's by now. */
    free(file->held);
    if (file->partner != NULL) file->partner->partner = NULL;
    return file->real->pMethods->xClose(file->real);
}

static int read_file(sqlite3_file *handle, void *into, int count, sqlite3_int64 offset) {
    GatheredFile *file = gathered(handle);
    int is_held = file->length > 0 && offset < file->start + file->length && offset + count > file->start;
    if (is_held || file->failure != SQLITE_OK) {
        int result = flush(file);
        if (result != SQLITE_OK) return result;
    }
    return file->real->pMethods->xRead(file->real, into, count, offset);
}

static int write_file(sqlite3_file *handle, const void *from, int count, sqlite3_int64 offset) {
    GatheredFile *file = gathered(handle);
    int follows = offset == file->start + file->length && count <= ROOM - file->length;
    if ((file->length > 0 && !follows) || file->failure != SQLITE_OK) {
        int result = flush(file);
        if (result != SQLITE_OK) return result;
    }
    if (!file->gathers || count > ROOM) return file->real->pMethods->xWrite(file->real, from, count, offset);
    if (file->held == NULL && (file->held = malloc(ROOM)) == NULL) return SQLITE_IOERR_NOMEM;
    if (file->length == 0) file->start = offset;
    memcpy(file->held + file->length, from, (size_t)count);
    file->length += count;
    return SQLITE_OK;
}

static int truncate_file(sqlite3_file *handle, sqlite3_int64 size) {
    int result = flush(gathered(handle));
    return result != SQLITE_OK ? result : real(handle)->pMethods->xTruncate(real(handle), size);
}

static int sync_file(sqlite3_file *handle, int flags) {
    int result = flush(gathered(handle));
    return result != SQLITE_OK ? result : real(handle)->pMethods->xSync(real(handle), flags);
}

static int file_size(sqlite3_file *handle, sqlite3_int64 *size) {
    int result = flush(gathered(handle));
    return result != SQLITE_OK ? result : real(handle)->pMethods->xFileSize(real(handle), size);
}

static int file_control(sqlite3_file *file, int what, void *argument) {
    return real(file)->pMethods->xFileControl(real(file), what, argument);
}

static int lock_file(sqlite3_file *file, int level) { return real(file)->pMethods->xLock(real(file), level); }
static int unlock_file(sqlite3_file *file, int level) {
    /* With locking_mode = EXCLUSIVE this lock keeps other writers out. */
    flush_log(file);
    return real(file)->pMethods->xUnlock(real(file), level);
}
static int check_lock(sqlite3_file *file, int *is) { return real(file)->pMethods->xCheckReservedLock(real(file), is); }
static int sector_size(sqlite3_file *file) { return real(file)->pMethods->xSectorSize(real(file)); }
static int characteristics(sqlite3_file *file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
static int shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **at) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, at);
}
static int shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    if (offset == WRITE_LOCK && (flags & SQLITE_SHM_UNLOCK) != 0) flush_log(file);
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
static void shm_barrier(sqlite3_file *file) { real(file)->pMethods->xShmBarrier(real(file)); }
static int shm_unmap(sqlite3_file *file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

/* Version 2: no pages through mmap, which would pass by what is held. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* Has a log gather its writes while its database's lock is watched. */
static void join(GatheredFile *log, sqlite3_file *database) {
    if (database == NULL || database->pMethods != &methods) return;
    /* Else SQLite syncs in the midst of a commit's last page, and tells of the commit with the rest of it held here. SQLite
     * asks the database for it too, right after this. */
    if ((characteristics(database) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) == 0) return;
    log->gathers = 1;
    log->partner = gathered(database);
    log->partner->partner = log;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *handle, int flags, int *given) {
    sqlite3_vfs *own = vfs->pAppData;
    GatheredFile *file = gathered(handle);
    memset(file, 0, sizeof *file);
    file->real = (sqlite3_file *)(file + 1);
    int result = own->xOpen(own, name, file->real, flags, given);
    /* SQLite closes what has methods, also after an error. */
    if (file->real->pMethods == NULL) return result;
    file->base.pMethods = &methods;
    if (result == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) join(file, sqlite3_database_file_object(name));
    return result;
}

/* SQLite keeps one list of VFS for the whole process; this is the entry, written once. */
static sqlite3_vfs entry;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_entry(void) {
    /* Nobody asks SQLite how much memory it has, and each allocation takes a lock to count it. Has an effect only before
     * the first connection of the process, and none but speed. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_vfs *own = sqlite3_vfs_find(NULL);
    if (own == NULL) return;
    /* Everything but opening is the own VFS's: it gets its functions called with this entry, which it does not look
     * into but for what is copied here. */
    entry = *own;
    entry.pNext = NULL;
    entry.szOsFile = own->szOsFile + (int)sizeof(GatheredFile);
    entry.zName = "gathered-writes";
    entry.pAppData = own;
    entry.xOpen = open_file;
    if (sqlite3_vfs_register(&entry, 0) != SQLITE_OK) entry.zName = NULL;
}

const char *gathered_writes_vfs(void) {
    pthread_once(&once, make_entry);
    return entry.zName;
}
