// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/modes.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace qpkg::files {

void set_mode(int fd, unsigned mode, const std::filesystem::path& path)
{
    struct stat info {};
    if (::fstat(fd, &info) != 0) {
        throw system_error("stat " + path.string(), errno);
    }
    if ((info.st_mode & 07777U) == mode || ::fchmod(fd, mode) == 0) {
        return;
    }
    const bool refused = errno == EPERM || errno == ENOTSUP || errno == ENOSYS;
    const bool secret = (mode & 077U) == 0;
    if (!refused || (secret && (info.st_mode & 077U) != 0)) {
        throw system_error("set the mode of " + path.string(), errno);
    }
}

void set_mode(const std::filesystem::path& path, unsigned mode)
{
    set_mode(open(path, O_RDONLY | O_NOFOLLOW).get(), mode, path);
}

} // namespace qpkg::files
