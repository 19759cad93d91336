// SPDX-License-Identifier: LGPL-2.1-or-later
#include "engine/state_directory.hpp"

#include "qpkg/core/error.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <system_error>

namespace qpkg::engine {
namespace {

namespace fs = std::filesystem;

constexpr unsigned writable_by_others = 022;

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
    add(root);
    std::error_code unreadable;
    for (const auto& part : fs::directory_iterator(root, unreadable)) {
        add(part.path());
    }
    return faults;
}

void require_sound_state(const fs::path& root)
{
    const auto faults = faults_of_state(root);
    if (!faults.empty()) {
        throw Error(Code::failed, "the state directory is not safe from others: " + faults.front(),
                    "it and what is in it must be directories and files, not links, of the user who runs qpkg or of "
                    "root, and writable for nobody else (chown, chmod go-w); --root names another");
    }
}

} // namespace qpkg::engine
