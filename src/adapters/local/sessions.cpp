// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/sessions.hpp"

#include "repo-format/announcement.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/files.hpp"
#include "qpkg/base/text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_session = 1024 * 1024;

std::string text_of(const Attachment& attachment)
{
    auto text = attachment.qube.text() + '\n';
    for (const auto& slot : attachment.slots) {
        text += encode_slot(slot) + '\n';
    }
    return text;
}

Attachment parse_session(std::string_view text)
{
    auto lines = text::split(text, '\n');
    lines.pop_back(); // what follows the last newline
    if (lines.empty()) {
        throw Error(Code::corrupt, "names no qube");
    }
    Attachment attachment{QubeName::require(lines.front(), Code::corrupt), {}};
    for (std::size_t i = 1; i < lines.size(); ++i) {
        attachment.slots.push_back(parse_slot(lines[i]));
    }
    return attachment;
}

/// The session of a file that somebody still holds; what nobody holds is removed.
std::optional<Attachment> session_at(const fs::path& path)
{
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno == ENOENT) {
        return std::nullopt; // ended just now
    }
    if (!fd) {
        throw system_error("open " + path.string(), errno);
    }
    if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) {
        fs::remove(path);
        return std::nullopt;
    }
    if (errno != EWOULDBLOCK) {
        throw system_error("lock " + path.string(), errno);
    }
    const auto text = files::read_if_exists(path, largest_session);
    if (!text) {
        return std::nullopt;
    }
    return with_context(path.string(), [&] { return parse_session(*text); });
}

} // namespace

Session::Session(const fs::path& directory, const Attachment& attachment)
    : fd_(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600))
{
    if (!fd_ || ::flock(fd_.get(), LOCK_EX) != 0) {
        throw system_error("make a session file in " + directory.string(), errno);
    }
    files::write_all(fd_.get(), text_of(attachment));
    const auto unnamed = "/proc/self/fd/" + std::to_string(fd_.get());
    path_ = directory / (attachment.qube.text() + '~' + std::to_string(::getpid()) + '~' + std::to_string(fd_.get()));
    fs::remove(path_); // of an earlier process with our number, which is gone
    if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        throw system_error("make the session file " + path_.string(), errno);
    }
}

Session::~Session()
{
    std::error_code ignored;
    fs::remove(path_, ignored);
}

std::vector<Attachment> running_sessions(const fs::path& directory)
{
    std::vector<Attachment> sessions;
    if (!fs::exists(directory)) {
        return sessions;
    }
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (!entry.is_regular_file()) {
            continue;
        }
        if (auto session = session_at(entry.path())) {
            sessions.push_back(std::move(*session));
        }
    }
    std::ranges::sort(sessions, {}, [](const Attachment& session) { return std::pair(session.qube, session.slots); });
    return sessions;
}

} // namespace qpkg::local
