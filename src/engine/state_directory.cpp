// SPDX-License-Identifier: LGPL-2.1-or-later
#include "engine/state_directory.hpp"

#include "qpkg/core/error.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>

namespace qpkg::engine {
namespace {

namespace fs = std::filesystem;

constexpr unsigned writable_by_others = 022;

/// make-store leaves it in the directory that is mounted over.
constexpr const char* not_mounted = ".not-mounted";

std::string words_of_unmounted(const fs::path& root)
{
    return "the file system of " + root.string() + " is not mounted: what is recorded is not there";
}

std::optional<std::string> fault_of(const fs::path& path)
{
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || S_ISSOCK(info.st_mode)) {
        return std::nullopt;
    }
    if (S_ISLNK(info.st_mode)) {
        return path.string() + " is a link";
    }
    if (info.st_uid != ::geteuid() && info.st_uid != 0) {
        return path.string() + " belongs to user " + std::to_string(info.st_uid);
    }
    if ((info.st_mode & writable_by_others) != 0) {
        return path.string() + " can be written by others";
    }
    return std::nullopt;
}

} // namespace

std::vector<std::string> faults_of_state(const fs::path& root)
{
    std::vector<std::string> faults;
    const auto add = [&](const fs::path& path) {
        if (auto fault = fault_of(path)) {
            faults.push_back(*std::move(fault));
        }
    };
    if (is_unmounted(root)) {
        faults.push_back(words_of_unmounted(root));
    }
    add(root);
    std::error_code unreadable;
    for (const auto& part : fs::directory_iterator(root, unreadable)) {
        add(part.path());
    }
    return faults;
}

namespace {

constexpr const char* as_root = "run it as root, for example with sudo; --root names another state directory";

bool is_denied(const fs::path& path, int way) { return ::access(path.c_str(), way) != 0 && errno == EACCES; }

Error denied(std::string_view what, const fs::path& path)
{
    return {Code::failed, std::string(what) + ' ' + path.string() + ": permission denied", as_root};
}

} // namespace

void require_readable_state(const fs::path& root)
{
    if (is_denied(root, R_OK | X_OK)) {
        throw denied("read the state in", root);
    }
    for (const auto* part : {"state.db", "objects", "volumes"}) {
        const auto path = root / part;
        const bool folder = fs::is_directory(path);
        if (is_denied(path, folder ? R_OK | X_OK : R_OK)) {
            throw denied("read", path);
        }
    }
}

bool is_unmounted(const fs::path& root)
{
    std::error_code unreadable;
    return fs::exists(root / not_mounted, unreadable);
}

void require_mounted_state(const fs::path& root)
{
    if (is_unmounted(root)) {
        throw Error(Code::failed, words_of_unmounted(root),
                    "mount it; where make-store made it: systemctl start \"$(systemd-escape --path --suffix=mount " +
                        root.string() + ")\"");
    }
}

void require_sound_state(const fs::path& root)
{
    require_mounted_state(root);
    auto there = root;
    while (::access(there.c_str(), F_OK) != 0 && errno == ENOENT && there.has_relative_path()) {
        there = there.parent_path();
    }
    if (is_denied(there, W_OK | X_OK)) {
        throw denied("change the state in", root);
    }
    const auto faults = faults_of_state(root);
    if (!faults.empty()) {
        throw Error(Code::failed, "the state directory is not safe from others: " + faults.front(),
                    "it and what is in it must be directories and files, not links, of the user who runs qpkg or of "
                    "root, and writable for nobody else (chown, chmod go-w); --root names another");
    }
}

} // namespace qpkg::engine
