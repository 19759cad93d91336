// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/scan.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/files.hpp"
#include "qpkg/base/interrupt.hpp"
#include "qpkg/base/text.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view overlay_prefix = "trusted.overlay.";
constexpr const char* opaque_name = "trusted.overlay.opaque";

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

struct stat status_of(const fs::path& path)
{
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        throw system_error("look at " + path.string(), errno);
    }
    return info;
}

std::vector<std::string> xattrs_of(const fs::path& path)
{
    std::string names(16 * 1024, '\0');
    const auto length = ::llistxattr(path.c_str(), names.data(), names.size());
    if (length < 0 && errno != ENOTSUP) {
        throw system_error("list the extended attributes of " + path.string(), errno);
    }
    names.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    auto list = text::split(names, '\0');
    std::erase_if(list, [](const std::string& name) { return name.empty(); });
    return list;
}

bool is_opaque(const fs::path& directory)
{
    char value = 0;
    return ::lgetxattr(directory.c_str(), opaque_name, &value, 1) == 1 && value == 'y';
}

std::string link_at(int directory, const char* path)
{
    std::array<char, 4096> target{};
    const auto length = ::readlinkat(directory, path, target.data(), target.size());
    return {target.data(), length < 0 ? 0 : static_cast<std::size_t>(length)};
}

bool same_content(const Fd& a, const Fd& b)
{
    std::array<char, 64 * 1024> left{};
    std::array<char, 64 * 1024> right{};
    for (;;) {
        const auto got = ::read(a.get(), left.data(), left.size());
        if (got < 0 || ::read(b.get(), right.data(), right.size()) != got) {
            return false;
        }
        if (got == 0) {
            return true;
        }
        if (!std::equal(left.begin(), left.begin() + got, right.begin())) {
            return false;
        }
    }
}

bool is_executable(const struct stat& info) { return (info.st_mode & 0111U) != 0; }

InBase compare(const fs::path& path, const struct stat& info, const Fd& base, const char* relative)
{
    struct stat before {};
    if (::fstatat(base.get(), relative, &before, AT_SYMLINK_NOFOLLOW) != 0) {
        return InBase::nothing;
    }
    if ((before.st_mode & S_IFMT) != (info.st_mode & S_IFMT)) {
        return InBase::another;
    }
    bool is_same = S_ISDIR(info.st_mode);
    if (S_ISLNK(info.st_mode)) {
        is_same = link_at(AT_FDCWD, path.c_str()) == link_at(base.get(), relative);
    } else if (S_ISREG(info.st_mode) && before.st_size == info.st_size &&
               is_executable(before) == is_executable(info)) {
        const Fd old(::openat(base.get(), relative, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        is_same = old && same_content(files::open(path, O_RDONLY | O_NOFOLLOW), old);
    }
    return is_same ? InBase::the_same : InBase::another;
}

EntryKind kind_of(const struct stat& info)
{
    if (S_ISCHR(info.st_mode) && info.st_rdev == 0) {
        return EntryKind::removal;
    }
    switch (info.st_mode & S_IFMT) {
    case S_IFDIR:
        return EntryKind::directory;
    case S_IFREG:
        return EntryKind::file;
    case S_IFLNK:
        return EntryKind::symlink;
    default:
        return EntryKind::special;
    }
}

/// What the base has in a directory that an opaque one of the upper layer hides.
void add_hidden(const fs::path& directory, const std::string& path, const Fd& base, std::vector<TreeEntry>& entries)
{
    Fd fd(::openat(base.get(), path.c_str() + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
        return; // nothing there to hide
    }
    const std::unique_ptr<DIR, CloseDirectory> listing(::fdopendir(fd.release()));
    while (const auto* found = ::readdir(listing.get())) {
        const std::string name = found->d_name;
        if (name != "." && name != ".." && !fs::exists(fs::symlink_status(directory / name))) {
            auto hidden = path;
            hidden.append("/").append(name);
            entries.push_back({.path = std::move(hidden), .kind = EntryKind::removal, .in_base = InBase::another});
        }
    }
}

Fd open_in_root(const Fd& root, const fs::path& path, std::uint64_t flags)
{
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT;
    return Fd(static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
}

void normalise(const fs::path& path)
{
    const auto info = status_of(path);
    if ((info.st_uid != 0 || info.st_gid != 0) && ::lchown(path.c_str(), 0, 0) != 0) {
        throw system_error("change the owner of " + path.string(), errno);
    }
    if (!S_ISLNK(info.st_mode)) {
        const mode_t mode = S_ISDIR(info.st_mode) || is_executable(info) ? 0755 : 0644;
        if ((info.st_mode & 07777U) != mode && ::chmod(path.c_str(), mode) != 0) {
            throw system_error("change the mode of " + path.string(), errno);
        }
    }
    for (const auto& name : xattrs_of(path)) {
        if (::lremovexattr(path.c_str(), name.c_str()) != 0) {
            throw system_error("remove " + name + " of " + path.string(), errno);
        }
    }
}

} // namespace

std::vector<TreeEntry> scan_changes(const fs::path& upper, const Fd& base)
{
    std::vector<TreeEntry> entries;
    for (const auto& found : fs::recursive_directory_iterator(upper)) {
        interrupt::throw_if_requested();
        const auto& place = found.path();
        const auto relative = place.lexically_relative(upper).string();
        const auto info = status_of(place);
        TreeEntry entry{.path = '/' + relative,
                        .kind = kind_of(info),
                        .mode = info.st_mode & 07777U,
                        .owner = info.st_uid,
                        .group = info.st_gid};
        if (entry.kind != EntryKind::removal && entry.kind != EntryKind::special) {
            entry.in_base = compare(place, info, base, relative.c_str());
            entry.xattrs = xattrs_of(place);
            std::erase_if(entry.xattrs, [](const std::string& name) { return name.starts_with(overlay_prefix); });
        }
        if (entry.kind == EntryKind::directory && entry.in_base == InBase::the_same && is_opaque(place)) {
            add_hidden(place, entry.path, base, entries);
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

void settle_tree(const fs::path& tree, const TreePlan& plan)
{
    for (const auto& path : plan.drop) {
        interrupt::throw_if_requested();
        fs::remove_all(tree / path.substr(1));
    }
    normalise(tree);
    for (const auto& path : plan.keep) {
        interrupt::throw_if_requested();
        normalise(tree / path.substr(1));
    }
}

void make_directories_in(const fs::path& tree, const fs::path& path)
{
    auto place = tree;
    for (const auto& part : path.relative_path()) {
        place /= part;
        if (fs::create_directory(place)) {
            fs::permissions(place, fs::perms{0755});
        }
    }
}

void add_file_to(const fs::path& tree, const fs::path& path, std::string_view bytes)
{
    make_directories_in(tree, path.parent_path());
    files::write(tree / path.relative_path(), bytes, 0644, files::Durability::scratch);
}

std::string read_in_root(const Fd& root, const fs::path& path, std::size_t cap)
{
    const auto fd = open_in_root(root, path, O_RDONLY);
    if (!fd) {
        return {};
    }
    return files::read("/proc/self/fd/" + std::to_string(fd.get()), cap);
}

bool exists_in_root(const Fd& root, const fs::path& path)
{
    return static_cast<bool>(open_in_root(root, path, O_PATH | O_NOFOLLOW));
}

} // namespace qpkg::build
