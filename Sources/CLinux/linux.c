#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CLinux.h"

#include <elf.h>
#include <link.h>
#include <linux/stat.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

int clinux_disable_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int64_t clinux_birth(const char *path) {
#if defined(SYS_statx) && defined(STATX_BTIME)
    // By its number: the C library's header would make this module the owner of `stat`. -100 is the working folder, 0x100
    // stays at a link.
    struct statx info;
    if (syscall(SYS_statx, -100, path, 0x100, STATX_BTIME, &info) != 0 || !(info.stx_mask & STATX_BTIME)) return 0;
    return (int64_t)info.stx_btime.tv_sec * 1000000000 + info.stx_btime.tv_nsec;
#else
    (void)path;
    return 0;
#endif
}

void clinux_set_large_block(int bytes) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, bytes);
#else
    (void)bytes;
#endif
}

void clinux_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

// One file of the program: gives back the pages of its segments that cannot be written.
static int clinux_release_file(struct dl_phdr_info *file, size_t size, void *page_size) {
    (void)size;
    const uintptr_t page = *(const uintptr_t *)page_size;
    // The kernel's own code has no file to be read from again.
    if (file->dlpi_addr == getauxval(AT_SYSINFO_EHDR)) return 0;
    for (int index = 0; index < file->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &file->dlpi_phdr[index];
        if (part->p_type != PT_DYNAMIC) continue;
        // Code that was changed while it was loaded would come back as it stands in the file.
        for (const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(file->dlpi_addr + part->p_vaddr); entry->d_tag != DT_NULL; entry++) {
            if (entry->d_tag == DT_TEXTREL) return 0;
            if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL)) return 0;
        }
    }
    for (int index = 0; index < file->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &file->dlpi_phdr[index];
        // What is only read once it is relocated (RELRO) lies in a segment that can be written, and stays.
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W)) continue;
        const uintptr_t begin = (file->dlpi_addr + part->p_vaddr) & ~(page - 1);
        // The last page may hold the first bytes of the next segment in a mapping of its own: only whole ones.
        const uintptr_t end = (file->dlpi_addr + part->p_vaddr + part->p_filesz) & ~(page - 1);
        if (end > begin) madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
    return 0;
}

void clinux_release_code(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(clinux_release_file, &page);
}
