/* What SQLite, the disk and two threads can do with a mix's own keys and values, without a program around them.
 *
 *   cc -O2 rawlimits.c -o rawlimits -lsqlite3 -lpthread
 *   rawlimits run DB PRELOAD|- OPS GROUP    rows/s, and p50/p99 of a commit (of a read when OPS only reads)
 *   rawlimits scan DB PRELOAD TYPE          every row of a type, its value copied once
 *   rawlimits hops N                        there and back between two threads: p50
 *
 * OPS and PRELOAD come from `rawops.py`: op (P put, D delete, G get), then key, type and value, each with a length of 4
 * bytes. WAL and synchronous=FULL, as the daemon has it; one table (key, type, value) with an index of the type.
 * Cache and log are as long as the daemon's: 6 MiB, and 2,000 pages before it is moved into the file. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct { char op; const char *key, *type, *value; uint32_t keyn, typen, valuen; } Op;
typedef struct { Op *ops; size_t count; } Ops;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static int ascending(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return (x > y) - (x < y); }
static void die(const char *what) { fprintf(stderr, "rawlimits: %s\n", what); exit(1); }
static void sql(sqlite3 *db, const char *text) { if (sqlite3_exec(db, text, 0, 0, 0) != SQLITE_OK) die(sqlite3_errmsg(db)); }

static Ops load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) die(path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *data = malloc(size);
    if (!data || fread(data, 1, size, file) != (size_t)size) die("cannot read the operations");
    fclose(file);
    Ops all = {0};
    size_t room = 0;
    for (char *at = data, *end = data + size; at < end;) {
        if (all.count == room) all.ops = realloc(all.ops, (room = room ? room * 2 : 1024) * sizeof(Op));
        Op *op = &all.ops[all.count++];
        op->op = *at++;
        const char **texts[] = {&op->key, &op->type, &op->value};
        uint32_t *lengths[] = {&op->keyn, &op->typen, &op->valuen};
        for (int i = 0; i < 3; i++) {
            memcpy(lengths[i], at, 4);
            *texts[i] = at + 4;
            at += 4 + *lengths[i];
        }
    }
    return all;
}

static sqlite3 *fresh(const char *path) {
    const char *suffixes[] = {"", "-wal", "-shm"};
    char name[4096];
    for (int i = 0; i < 3; i++) { snprintf(name, sizeof name, "%s%s", path, suffixes[i]); unlink(name); }
    sqlite3 *db;
    if (sqlite3_open(path, &db) != SQLITE_OK) die("cannot open the database");
    sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-6144; PRAGMA wal_autocheckpoint=2000");
    sql(db, "CREATE TABLE meta(key TEXT NOT NULL PRIMARY KEY, type TEXT NOT NULL, value TEXT); CREATE INDEX t ON meta(type)");
    return db;
}

typedef struct { sqlite3_stmt *put, *del, *get; } Statements;
static Statements prepare(sqlite3 *db) {
    Statements s;
    sqlite3_prepare_v2(db, "INSERT INTO meta VALUES(?1,?2,?3) ON CONFLICT(key) DO UPDATE SET value=?3", -1, &s.put, 0);
    sqlite3_prepare_v2(db, "DELETE FROM meta WHERE key=?1", -1, &s.del, 0);
    sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key=?1", -1, &s.get, 0);
    return s;
}

static char *copy;
static size_t copied;
static void keep(sqlite3_stmt *row, int column) {
    int size = sqlite3_column_bytes(row, column);
    if ((size_t)size > copied) copy = realloc(copy, copied = size);
    memcpy(copy, sqlite3_column_text(row, column), size);
}

static void run(Statements s, const Op *op) {
    sqlite3_stmt *statement = op->op == 'P' ? s.put : op->op == 'D' ? s.del : s.get;
    sqlite3_bind_text(statement, 1, op->key, op->keyn, SQLITE_STATIC);
    if (op->op == 'P') {
        sqlite3_bind_text(statement, 2, op->type, op->typen, SQLITE_STATIC);
        sqlite3_bind_text(statement, 3, op->value, op->valuen, SQLITE_STATIC);
    }
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) keep(statement, 0);
    else if (result != SQLITE_DONE) die("a statement failed");
    sqlite3_reset(statement);
}

static void fill(sqlite3 *db, Statements s, const char *path) {
    if (!strcmp(path, "-")) return;
    Ops all = load(path);
    for (size_t i = 0; i < all.count; i += 1024) {
        sql(db, "BEGIN");
        for (size_t j = i; j < i + 1024 && j < all.count; j++) run(s, &all.ops[j]);
        sql(db, "COMMIT");
    }
    sql(db, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static struct { pthread_mutex_t lock; pthread_cond_t wake; int turn; long count; } table = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};
static void *other(void *unused) {
    for (long i = 0; i < table.count; i++) {
        pthread_mutex_lock(&table.lock);
        while (table.turn != 1) pthread_cond_wait(&table.wake, &table.lock);
        table.turn = 0;
        pthread_cond_signal(&table.wake);
        pthread_mutex_unlock(&table.lock);
    }
    return unused;
}

static int hops(long count) {
    double *times = malloc(count * sizeof *times);
    pthread_t thread;
    table.count = count;
    pthread_create(&thread, 0, other, 0);
    for (long i = 0; i < count; i++) {
        double start = now();
        pthread_mutex_lock(&table.lock);
        table.turn = 1;
        pthread_cond_signal(&table.wake);
        while (table.turn != 0) pthread_cond_wait(&table.wake, &table.lock);
        pthread_mutex_unlock(&table.lock);
        times[i] = now() - start;
    }
    pthread_join(thread, 0);
    qsort(times, count, sizeof *times, ascending);
    printf("{\"p50_us\":%.2f}\n", times[count / 2] * 1e6);
    return 0;
}

int main(int count, char **words) {
    if (count == 3 && !strcmp(words[1], "hops")) return hops(atol(words[2]));
    if (count == 5 && !strcmp(words[1], "scan")) {
        sqlite3 *db = fresh(words[2]);
        fill(db, prepare(db), words[3]);
        sqlite3_stmt *list;
        sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE type=?1 ORDER BY rowid", -1, &list, 0);
        double best = 1e9;
        long rows = 0, bytes = 0;
        for (int turn = 0; turn < 5; turn++) {
            rows = bytes = 0;
            double start = now();
            sqlite3_bind_text(list, 1, words[4], -1, SQLITE_STATIC);
            while (sqlite3_step(list) == SQLITE_ROW) { keep(list, 0); rows++; bytes += sqlite3_column_bytes(list, 0); }
            sqlite3_reset(list);
            double taken = now() - start;
            if (taken < best) best = taken;
        }
        printf("{\"rows\":%ld,\"bytes\":%ld,\"seconds\":%.6f}\n", rows, bytes, best);
        return 0;
    }
    if (count != 6 || strcmp(words[1], "run")) return 2;
    sqlite3 *db = fresh(words[2]);
    Statements s = prepare(db);
    fill(db, s, words[3]);
    Ops all = load(words[4]);
    size_t group = strtoul(words[5], 0, 10), batches = 0;
    double *times = malloc((all.count / group + 1) * sizeof *times), begun = now();
    for (size_t i = 0; i < all.count; i += group) {
        double start = now();
        int alone = group == 1 && all.ops[i].op == 'G';
        if (!alone) sql(db, "BEGIN");
        for (size_t j = i; j < i + group && j < all.count; j++) run(s, &all.ops[j]);
        if (!alone) sql(db, "COMMIT");
        times[batches++] = now() - start;
    }
    double taken = now() - begun;
    qsort(times, batches, sizeof *times, ascending);
    printf("{\"operations\":%zu,\"seconds\":%.4f,\"per_second\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", all.count, taken,
           all.count / taken, times[batches / 2] * 1e6, times[batches * 99 / 100] * 1e6);
    sqlite3_close(db);
    return 0;
}
