// SPDX-License-Identifier: LGPL-2.1-or-later
#include "engine/writer_lock.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace qpkg::engine {
namespace {

std::filesystem::path path_in(const std::filesystem::path& root, LockFor purpose)
{
    return root / (purpose == LockFor::writing ? "lock" : "fetch-lock");
}

} // namespace

std::optional<WriterLock> WriterLock::try_take(const std::filesystem::path& root, std::string_view command,
                                               LockFor purpose)
{
    const auto path = path_in(root, purpose);
    auto fd = files::open(path, O_RDWR | O_CREAT, 0600);
    // An open-file-description lock: a fork or a second open in this process cannot release it by accident.
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(fd.get(), F_OFD_SETLK, &whole) != 0) {
        if (errno != EAGAIN && errno != EACCES) {
            throw system_error("lock " + path.string(), errno);
        }
        return std::nullopt;
    }
    const auto holder = "pid " + std::to_string(::getpid()) + ", " + std::string(command);
    try {
        if (::ftruncate(fd.get(), 0) == 0) {
            files::write_all(fd.get(), holder);
        }
    } catch (const Error& error) {
        log::debug(path.string() +
                   " does not say who holds it: " + error.what()); // on a full disk it holds all the same
    }
    return WriterLock(std::move(fd));
}

WriterLock WriterLock::take(const std::filesystem::path& root, std::string_view command, LockFor purpose)
{
    if (auto lock = try_take(root, command, purpose)) {
        return *std::move(lock);
    }
    const auto holder = files::read_if_exists(path_in(root, purpose), 4096).value_or("");
    throw Error(Code::busy,
                "another qpkg is at work" + std::string(purpose == LockFor::fetching ? ", fetching: " : ": ") +
                    text::escaped(holder),
                "wait for it, or end it: an interrupted qpkg leaves nothing half done");
}

} // namespace qpkg::engine
