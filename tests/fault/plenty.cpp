// SPDX-License-Identifier: LGPL-2.1-or-later

// Preloaded by full_disk.py: every file system seems to have plenty of room, so that a program runs into its end.

// Both names of the call are replaced, so neither may stand for the other here.
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <sys/statvfs.h>

extern "C" int statvfs(const char* path, struct statvfs* result) noexcept
{
    using Statvfs = int (*)(const char*, struct statvfs*);
    static const auto real = reinterpret_cast<Statvfs>(::dlsym(RTLD_NEXT, "statvfs"));
    const int outcome = real(path, result);
    result->f_bavail = result->f_blocks = 1UL << 40U;
    return outcome;
}

extern "C" int statvfs64(const char* path, struct statvfs64* result) noexcept
{
    using Statvfs = int (*)(const char*, struct statvfs64*);
    static const auto real = reinterpret_cast<Statvfs>(::dlsym(RTLD_NEXT, "statvfs64"));
    const int outcome = real(path, result);
    result->f_bavail = result->f_blocks = 1UL << 40U;
    return outcome;
}
