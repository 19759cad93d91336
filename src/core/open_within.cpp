// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/open_within.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace qpkg {
namespace {

constexpr int most_attempts = 10'000; // nobody renames that often in between; who does shall not hold us up for ever

} // namespace

Fd open_within(int root, const char* path, int flags, std::uint64_t resolve)
{
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = resolve | RESOLVE_NO_MAGICLINKS;
    Fd fd;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        fd = Fd(static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how)));
        if (fd || errno != EAGAIN) {
            break;
        }
    }
    return fd;
}

} // namespace qpkg
