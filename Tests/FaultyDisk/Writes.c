// What was written since the last sync of a file, so that a failed sync can take it along.
//
// Linux marks pages whose write failed as clean: the next sync says that all is well, and once the pages are dropped from memory
// the old content is read again. Here they are dropped at once.
#include "Layer.h"
#include <stdlib.h>

void writes_keep(struct file *file, int descriptor, off_t offset, size_t length) {
    struct stat info;
    struct write *write = malloc(sizeof *write + length);
    if (!write || fstat(descriptor, &info) != 0) {
        free(write);
        return;
    }
    ssize_t held = length ? real_pread(descriptor, write->bytes, length, offset) : 0;
    *write = (struct write){
        .offset = offset, .length = length, .held = held > 0 ? (size_t)held : 0, .size = info.st_size, .next = file->unsynced};
    file->unsynced = write;
}

void writes_forget(struct file *file) {
    while (file->unsynced) {
        struct write *write = file->unsynced;
        file->unsynced = write->next;
        free(write);
    }
}

// The newest first, each undone as a whole. Sizes stay, as they do in a real cache.
void writes_undo(struct file *file, int descriptor) {
    for (struct write *write = file->unsynced; write; write = write->next) {
        static const unsigned char zeros[65536];
        if (write->held) real_pwrite(descriptor, write->bytes, write->held, write->offset);
        for (size_t at = write->held; at < write->length; at += sizeof zeros) {
            size_t rest = write->length - at;
            real_pwrite(descriptor, zeros, rest < sizeof zeros ? rest : sizeof zeros, write->offset + (off_t)at);
        }
    }
    writes_forget(file);
}
