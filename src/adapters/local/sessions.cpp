// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/sessions.hpp"

#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_session = 1024 * 1024;
constexpr std::string_view hidden_prefix = ".new~"; ///< of a file that is not complete yet
constexpr int most_attempts = 100;

/// Each session of this process has another.
std::string number()
{
    static std::atomic<unsigned> last = 0;
    return std::to_string(++last);
}

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
        std::error_code not_ours; // an ordinary user asks
        fs::remove(path, not_ours);
        return std::nullopt;
    }
    if (errno != EWOULDBLOCK) {
        throw system_error("lock " + path.string(), errno);
    }
    const bool complete = !path.filename().string().starts_with(hidden_prefix);
    const auto text = complete ? files::read_if_exists(path, largest_session) : std::nullopt;
    if (!text) {
        return std::nullopt;
    }
    return with_context(path.string(), [&] { return parse_session(*text); });
}

} // namespace

Session::Session(const fs::path& directory, const Attachment& attachment)
{
    path_ = directory / (attachment.qube.text() + '~' + std::to_string(::getpid()) + '~' + number());
    std::error_code ignored;
    fs::remove(path_, ignored); // of an earlier process with our number, which is gone
    const auto text = text_of(attachment);
    if (try_unnamed(directory, text)) {
        return;
    }
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        if (try_hidden(directory, text)) {
            return;
        }
    }
    throw Error(Code::failed, "make the session file " + path_.string() + ": it is taken away each time");
}

bool Session::try_unnamed(const fs::path& directory, const std::string& text)
{
    fd_ = Fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0644));
    if (!fd_ && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
        return false;
    }
    if (!fd_ || ::flock(fd_.get(), LOCK_EX) != 0) {
        throw system_error("make a session file in " + directory.string(), errno);
    }
    files::write_all(fd_.get(), text);
    const auto unnamed = "/proc/self/fd/" + std::to_string(fd_.get());
    if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        throw system_error("make the session file " + path_.string(), errno);
    }
    return true;
}

bool Session::try_hidden(const fs::path& directory, const std::string& text)
{
    const auto hidden = directory / (std::string(hidden_prefix) + path_.filename().string());
    std::error_code ignored;
    fs::remove(hidden, ignored);
    fd_ = Fd(::open(hidden.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!fd_ || ::flock(fd_.get(), LOCK_EX) != 0) {
        throw system_error("make the session file " + hidden.string(), errno);
    }
    files::write_all(fd_.get(), text);
    if (::rename(hidden.c_str(), path_.c_str()) == 0) {
        return true;
    }
    if (errno != ENOENT) {
        throw system_error("make the session file " + path_.string(), errno);
    }
    return false;
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
