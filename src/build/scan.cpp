// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/scan.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view overlay_prefix = "trusted.overlay.";
constexpr const char* opaque_name = "trusted.overlay.opaque";

/// A name for what a descriptor holds, which leads nowhere else, for calls that take no descriptor of O_PATH.
std::string name_of(const Fd& node) { return "/proc/self/fd/" + std::to_string(node.get()); }

std::vector<std::string> xattrs_of(const Fd& node, const std::string& path)
{
    std::string names(16 * 1024, '\0');
    const auto length = ::listxattr(name_of(node).c_str(), names.data(), names.size());
    if (length < 0 && errno != ENOTSUP) {
        throw system_error("list the extended attributes of " + text::escaped(path), errno);
    }
    names.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    auto list = text::split(names, '\0');
    std::erase_if(list, [](const std::string& name) { return name.empty(); });
    return list;
}

bool is_opaque(const Fd& directory)
{
    char value = 0;
    return ::getxattr(name_of(directory).c_str(), opaque_name, &value, 1) == 1 && value == 'y';
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

InBase compare(const ForeignTree& upper, const ForeignTree::Entry& found, const ForeignTree& base)
{
    const auto& [path, info] = found;
    const auto before = base.look(path);
    if (!before) {
        return InBase::nothing;
    }
    if (S_ISDIR(before->st_mode) && !S_ISDIR(info.st_mode)) {
        return InBase::directory;
    }
    if ((before->st_mode & S_IFMT) != (info.st_mode & S_IFMT)) {
        return InBase::another;
    }
    bool is_same = S_ISDIR(info.st_mode);
    if (S_ISLNK(info.st_mode)) {
        is_same = upper.read_link(path) == base.read_link(path);
    } else if (S_ISREG(info.st_mode) && before->st_size == info.st_size &&
               is_executable(*before) == is_executable(info)) {
        is_same = same_content(upper.open_file(path), base.open_file(path));
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
void add_hidden(const ForeignTree& upper, const std::string& path, const ForeignTree& base,
                std::vector<TreeEntry>& entries)
{
    for (auto& hidden : base.list(path)) {
        if (!upper.look(hidden.path)) {
            entries.push_back({.path = std::move(hidden.path), .kind = EntryKind::removal, .in_base = InBase::another});
        }
    }
}

void normalise(const ForeignTree& tree, const std::string& path)
{
    const auto node = tree.open_node(path);
    struct stat info {};
    if (::fstat(node.get(), &info) != 0) {
        throw system_error("look at " + text::escaped(path), errno);
    }
    if ((info.st_uid != 0 || info.st_gid != 0) && ::fchownat(node.get(), "", 0, 0, AT_EMPTY_PATH) != 0) {
        throw system_error("change the owner of " + text::escaped(path), errno);
    }
    if (!S_ISLNK(info.st_mode)) {
        const mode_t mode = S_ISDIR(info.st_mode) || is_executable(info) ? 0755 : 0644;
        if ((info.st_mode & 07777U) != mode && ::chmod(name_of(node).c_str(), mode) != 0) {
            throw system_error("change the mode of " + text::escaped(path), errno);
        }
    }
    for (const auto& name : xattrs_of(node, path)) {
        if (::removexattr(name_of(node).c_str(), name.c_str()) != 0) {
            throw system_error("remove " + text::escaped(name) + " of " + text::escaped(path), errno);
        }
    }
}

} // namespace

std::vector<TreeEntry> scan_changes(const ForeignTree& upper, const ForeignTree& base)
{
    std::vector<TreeEntry> entries;
    upper.walk("", [&](const ForeignTree::Entry& found) {
        interrupt::throw_if_requested();
        const auto& info = found.info;
        TreeEntry entry{.path = found.path,
                        .kind = kind_of(info),
                        .mode = info.st_mode & 07777U,
                        .owner = info.st_uid,
                        .group = info.st_gid};
        if (entry.kind == EntryKind::special) {
            entry.in_base = compare(upper, found, base);
        } else if (entry.kind != EntryKind::removal) {
            const auto node = upper.open_node(found.path);
            entry.in_base = compare(upper, found, base);
            entry.xattrs = xattrs_of(node, found.path);
            std::erase_if(entry.xattrs, [](const std::string& name) { return name.starts_with(overlay_prefix); });
            if (entry.kind == EntryKind::directory && entry.in_base == InBase::the_same && is_opaque(node)) {
                add_hidden(upper, entry.path, base, entries);
            }
        }
        entries.push_back(std::move(entry));
    });
    return entries;
}

void settle_tree(const ForeignTree& tree, const TreeChoice& plan)
{
    for (const auto& path : plan.drop) {
        interrupt::throw_if_requested();
        tree.remove(path);
    }
    normalise(tree, "");
    for (const auto& path : plan.keep) {
        interrupt::throw_if_requested();
        normalise(tree, path);
    }
}

std::string read_in_root(const Fd& root, const fs::path& path, std::size_t cap)
{
    // Held first: opening a pipe would wait, and opening a device do whatever that does.
    const auto node = open_in_root(root, path, O_PATH);
    struct stat info {};
    if (!node || ::fstat(node.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return {};
    }
    return files::read(name_of(node), cap);
}

bool exists_in_root(const Fd& root, const fs::path& path)
{
    return static_cast<bool>(open_in_root(root, path, O_PATH | O_NOFOLLOW));
}

} // namespace qpkg::build
