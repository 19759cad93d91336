// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/removal.hpp"

#include "core/open_within.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace qpkg::files {
namespace {

namespace fs = std::filesystem;

/// Directories held open at once: what lies deeper is brought up first.
constexpr int deepest_held = 64;
constexpr const char* brought_up = ".qpkg-removed-";

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Listing = std::unique_ptr<DIR, CloseDirectory>;

std::string below(const std::string& folder, const std::string& name)
{
    auto path = folder;
    path.append(1, '/').append(name);
    return path;
}

Error is_mounted(const std::string& shown)
{
    return {Code::conflict, "something is mounted at " + shown, "take it away first: umount " + shown};
}

/// A directory of the same mount. Invalid, with errno, when it is none.
Fd open_directory(int parent, const std::string& name)
{
    return open_within(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
                       RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
}

Fd require_directory(int parent, const std::string& name, const std::string& shown)
{
    auto directory = open_directory(parent, name);
    if (!directory) {
        throw errno == EXDEV ? is_mounted(shown) : system_error("open " + shown, errno);
    }
    return directory;
}

Listing list(const Fd& directory, const std::string& shown)
{
    Fd again(::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    Listing listing(again ? ::fdopendir(again.get()) : nullptr);
    if (!listing) {
        throw system_error("list " + shown, errno);
    }
    again.release();
    return listing;
}

std::vector<std::string> names_in(const Fd& directory, const std::string& shown)
{
    const auto listing = list(directory, shown);
    std::vector<std::string> names;
    while (const auto* found = ::readdir(listing.get())) {
        const std::string_view name = found->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    return names;
}

/// Removes one tree. A tree may be deeper than descriptors can be open: its depths are moved up into its top.
class Removal {
public:
    explicit Removal(const Fd& top) : top_(top) {}

    void empty(const Fd& directory, const std::string& shown, int depth)
    {
        // Until nothing is left: what was too deep comes up into the top while it is emptied.
        for (auto names = names_in(directory, shown); !names.empty(); names = names_in(directory, shown)) {
            for (const auto& name : names) {
                remove(directory, name, below(shown, name), depth);
            }
        }
    }

private:
    void remove(const Fd& parent, const std::string& name, const std::string& shown, int depth)
    {
        if (::unlinkat(parent.get(), name.c_str(), 0) == 0 || errno == ENOENT) {
            return;
        }
        if (errno == EBUSY) {
            throw is_mounted(shown);
        }
        if (errno != EISDIR && errno != EPERM) {
            throw system_error("remove " + shown, errno);
        }
        const int cause = errno;
        const auto directory = open_directory(parent.get(), name);
        if (!directory) {
            throw errno == EXDEV ? is_mounted(shown) : system_error("remove " + shown, cause);
        }
        if (depth == deepest_held) {
            bring_up(parent, name, shown);
            return;
        }
        empty(directory, shown, depth + 1);
        if (::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
            throw errno == EBUSY ? is_mounted(shown) : system_error("remove " + shown, errno);
        }
    }

    void bring_up(const Fd& parent, const std::string& name, const std::string& shown)
    {
        int moved = 0;
        do { // the tree may hold such a name itself
            const auto up = brought_up + std::to_string(next_++);
            moved = ::renameat2(parent.get(), name.c_str(), top_.get(), up.c_str(), RENAME_NOREPLACE);
        } while (moved != 0 && errno == EEXIST);
        if (moved != 0) {
            throw errno == EBUSY ? is_mounted(shown) : system_error("remove " + shown, errno);
        }
    }

    const Fd& top_;
    unsigned next_ = 0;
};

/// The directory that holds `path`, and its name there.
std::pair<Fd, std::string> place_of(const fs::path& path)
{
    const auto plain = path.filename().empty() ? path.parent_path() : path;
    const auto parent = plain.has_parent_path() ? plain.parent_path() : fs::path(".");
    return {Fd(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), plain.filename().string()};
}

bool is_unchangeable(const Fd& directory, const std::string& name)
{
    struct statx info {};
    constexpr std::uint64_t fixed = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND;
    return ::statx(directory.get(), name.c_str(), AT_SYMLINK_NOFOLLOW, STATX_TYPE, &info) == 0 &&
           (info.stx_attributes & fixed) != 0;
}

void require_changeable(const Fd& directory, const std::string& name, const std::string& shown, int depth)
{
    if (is_unchangeable(directory, name)) {
        throw Error(Code::conflict, shown + " cannot be changed: it is immutable or only grows",
                    "let it change: chattr -i -a " + shown);
    }
    const auto inside = depth < deepest_held ? open_directory(directory.get(), name) : Fd();
    if (!inside) {
        return; // no directory, or so deep that nobody put something there for people to keep
    }
    for (const auto& inner : names_in(inside, shown)) {
        require_changeable(inside, inner, below(shown, inner), depth + 1);
    }
}

} // namespace

void require_removable(const fs::path& path)
{
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return;
    }
    if (!S_ISDIR(info.st_mode)) {
        return;
    }
    const auto here = fs::canonical(path);
    if (const auto mounted = mounts::mount_points_below(here); !mounted.empty()) {
        throw is_mounted(mounted.front().string());
    }
    const auto [parent, name] = place_of(here);
    require_changeable(parent, name, here.string(), 0);
}

void remove_tree_at(const Fd& directory, const std::string& name, const std::string& shown)
{
    if (::unlinkat(directory.get(), name.c_str(), 0) == 0 || errno == ENOENT) {
        return;
    }
    if (errno != EISDIR && errno != EPERM) {
        throw errno == EBUSY ? is_mounted(shown) : system_error("remove " + shown, errno);
    }
    const auto top = require_directory(directory.get(), name, shown);
    Removal(top).empty(top, shown, 0);
    if (::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
        throw errno == EBUSY ? is_mounted(shown) : system_error("remove " + shown, errno);
    }
}

void remove_tree(const fs::path& path)
{
    require_removable(path);
    const auto [parent, name] = place_of(path);
    if (!parent) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return;
        }
        throw system_error("remove " + path.string(), errno);
    }
    remove_tree_at(parent, name, path.string());
}

bool try_remove_tree(const fs::path& path) noexcept
{
    try {
        remove_tree(path);
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

} // namespace qpkg::files
