// Which faults the disk has now: read from the control file before each call.
#include "Layer.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int control = -2;
static long budget = -1, used;
static uint64_t seed = 0x9E3779B97F4A7C15;

// Behind the word KEY=.
static const char *value(const char *text, const char *key) {
    size_t length = strlen(key);
    for (const char *found = text; (found = strstr(found, key)); found += length) {
        int is_word = found == text || found[-1] == ' ' || found[-1] == '\n';
        if (is_word && found[length] == '=') return found + length + 1;
    }
    return NULL;
}

static long number(const char *text, const char *key, long otherwise) {
    const char *found = value(text, key);
    return found ? strtol(found, NULL, 10) : otherwise;
}

struct faults faults_now(void) {
    struct faults now = {.space = -1};
    if (control == -2) {
        const char *path = getenv("FAULTYDISK_CONTROL");
        control = path ? real_open(path, O_RDONLY | O_CLOEXEC, 0) : -1;
    }
    if (control < 0) return now;
    char text[512];
    ssize_t count = real_pread(control, text, sizeof text - 1, 0);
    if (count <= 0) return now;
    text[count] = 0;
    now.space = number(text, "space", -1);
    now.readonly = (int)number(text, "readonly", 0);
    now.eio_read = (int)number(text, "eio_read", 0);
    now.eio_write = (int)number(text, "eio_write", 0);
    now.eio_sync = (int)number(text, "eio_sync", 0);
    now.lose = (int)number(text, "lose", 0);
    now.slow = (int)number(text, "slow", 0);
    const char *only = value(text, "only");
    if (only) sscanf(only, "%63[^ \n]", now.only);
    if (now.space != budget) {
        budget = now.space;
        used = 0;
    }
    return now;
}

int faults_concern(const struct faults *faults, const char *path) {
    size_t length = strlen(path), end = strlen(faults->only);
    return end == 0 || (length >= end && strcmp(path + length - end, faults->only) == 0);
}

// An xorshift generator: chance, but the same one in each run.
int faults_hit(int percent) {
    if (percent <= 0) return 0;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)(seed % 100) < percent;
}

// How much of a growth there is room for; it is taken.
size_t faults_room(const struct faults *faults, size_t growth) {
    if (faults->space < 0) return growth;
    long left = faults->space - used;
    size_t room = left <= 0 ? 0 : (size_t)left < growth ? (size_t)left : growth;
    used += (long)room;
    return room;
}

void faults_free(size_t bytes) { used -= (long)bytes; }
