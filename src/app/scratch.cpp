// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/scratch.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/removal.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

bool try_lock(const Fd& directory) { return ::flock(directory.get(), LOCK_EX | LOCK_NB) == 0; }

/// Held from making a directory to locking it: otherwise somebody else might take it for abandoned.
Fd hold(const fs::path& parent)
{
    auto all = files::open(parent, O_RDONLY | O_DIRECTORY);
    if (::flock(all.get(), LOCK_EX) != 0) {
        throw system_error("lock " + parent.string(), errno);
    }
    return all;
}

void remove_abandoned(const fs::path& parent, std::string_view prefix)
{
    for (const auto& entry : fs::directory_iterator(parent)) {
        if (!entry.path().filename().string().starts_with(prefix)) {
            continue;
        }
        const Fd directory(::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (directory && try_lock(directory)) {
            files::try_remove_tree(entry.path());
        }
    }
}

} // namespace

Scratch::Scratch(const fs::path& parent, std::string_view prefix)
{
    files::make_directories(parent);
    const auto all = hold(parent);
    remove_abandoned(parent, prefix);
    directory_.emplace(parent, prefix);
    in_use_ = files::open(directory_->path(), O_RDONLY | O_DIRECTORY);
    if (!try_lock(in_use_)) {
        throw system_error("lock " + directory_->path().string(), errno);
    }
}

void remove_abandoned_scratch(const fs::path& parent)
{
    if (fs::exists(parent)) {
        const auto all = hold(parent);
        remove_abandoned(parent, "");
    }
}

} // namespace qpkg::app
