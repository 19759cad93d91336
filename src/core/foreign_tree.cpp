// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/foreign_tree.hpp"

#include "core/open_within.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/removal.hpp"
#include "qpkg/core/text.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace qpkg {
namespace {

namespace fs = std::filesystem;

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

std::string in_words(mode_t mode)
{
    return S_ISLNK(mode) ? "a symbolic link" : S_ISREG(mode) ? "a file" : "a device, pipe or socket";
}

/// The path without slashes around it, "." for the top.
std::string relative(const std::string& path)
{
    const auto parts = text::split(path, '/');
    if (std::ranges::find(parts, "..") != parts.end()) {
        throw Error(Code::corrupt, "the path " + text::escaped(path) + " holds \"..\"");
    }
    const auto start = path.find_first_not_of('/');
    return start == std::string::npos ? "." : path.substr(start, path.find_last_not_of('/') + 1 - start);
}

std::string absolute(const std::string& path)
{
    const auto below = relative(path);
    return below == "." ? "/" : '/' + below;
}

std::string directory_of(const std::string& path)
{
    const auto below = relative(path);
    const auto slash = below.rfind('/');
    return slash == std::string::npos ? std::string() : below.substr(0, slash);
}

std::string name_of(const std::string& path)
{
    const auto below = relative(path);
    return below.substr(below.rfind('/') + 1);
}

/// What lies in the directory, whose own path in the tree is `path`.
std::vector<ForeignTree::Entry> entries_of(Fd directory, const std::string& path)
{
    const std::unique_ptr<DIR, CloseDirectory> listing(::fdopendir(directory.get()));
    if (!listing) {
        throw system_error("list a directory", errno);
    }
    directory.release();
    const auto prefix = path == "/" ? path : path + '/';
    std::vector<ForeignTree::Entry> entries;
    while (const auto* found = ::readdir(listing.get())) {
        const std::string_view name = found->d_name;
        ForeignTree::Entry entry{prefix + found->d_name, {}};
        if (name == "." || name == "..") {
            continue;
        }
        if (::fstatat(::dirfd(listing.get()), found->d_name, &entry.info, AT_SYMLINK_NOFOLLOW) == 0) {
            entries.push_back(std::move(entry));
        } else if (errno != ENOENT) {
            throw system_error("look at " + text::escaped(entry.path), errno);
        }
    }
    std::ranges::sort(entries, {}, &ForeignTree::Entry::path);
    return entries;
}

Fd opened_again(const Fd& node, int flags) { return files::open("/proc/self/fd/" + std::to_string(node.get()), flags); }

} // namespace

ForeignTree::ForeignTree(const fs::path& top) : top_(files::open(top, O_PATH | O_DIRECTORY | O_NOFOLLOW)) {}

ForeignTree::ForeignTree(const Fd& top) : top_(::fcntl(top.get(), F_DUPFD_CLOEXEC, 0))
{
    if (!top_) {
        throw system_error("hold a directory", errno);
    }
}

Fd ForeignTree::try_open(const std::string& path, int flags) const
{
    return open_within(top_.get(), relative(path).c_str(), flags | O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

Error ForeignTree::refusal(const std::string& action, const std::string& path, int cause) const
{
    if (cause == ENOENT) {
        return {Code::not_found, action + ' ' + text::escaped(absolute(path)) + ": no such file or directory"};
    }
    if (cause != ELOOP && cause != ENOTDIR) {
        return system_error(action + ' ' + text::escaped(absolute(path)), cause);
    }
    auto step = relative(path);
    for (auto end = step.find('/'); end != std::string::npos; end = step.find('/', end + 1)) {
        if (const auto info = look(step.substr(0, end)); info && !S_ISDIR(info->st_mode)) {
            step.resize(end);
            break;
        }
    }
    const auto info = look(step);
    return {Code::corrupt, text::escaped(absolute(step)) + " is " + in_words(info ? info->st_mode : S_IFLNK) +
                               ", where a directory must be"};
}

std::optional<struct stat> ForeignTree::look(const std::string& path) const
{
    // Not try_open: that refuses a link at the end, too.
    const auto parent = try_open(directory_of(path), O_PATH | O_DIRECTORY);
    struct stat info {};
    if (parent && ::fstatat(parent.get(), name_of(path).c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
        return info;
    }
    const int cause = errno;
    if (cause == ENOENT || cause == ENOTDIR || cause == ELOOP) {
        return std::nullopt;
    }
    throw system_error("look at " + text::escaped(absolute(path)), cause);
}

bool ForeignTree::has_directory(const std::string& path) const
{
    const auto info = look(path);
    return info && S_ISDIR(info->st_mode);
}

Fd ForeignTree::parent_of(const std::string& path) const
{
    auto parent = try_open(directory_of(path), O_PATH | O_DIRECTORY);
    if (!parent) {
        throw refusal("open", directory_of(path), errno);
    }
    return parent;
}

Fd ForeignTree::open_node(const std::string& path) const
{
    const auto parent = parent_of(path);
    Fd node(::openat(parent.get(), name_of(path).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!node) {
        throw refusal("open", path, errno);
    }
    return node;
}

Fd ForeignTree::open_file(const std::string& path) const
{
    const auto node = open_node(path);
    struct stat info {};
    if (::fstat(node.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        throw Error(Code::corrupt, text::escaped(absolute(path)) + " is no regular file");
    }
    return opened_again(node, O_RDONLY);
}

std::string ForeignTree::read(const std::string& path, std::size_t cap) const
{
    return with_context(text::escaped(absolute(path)), [&] {
        const auto file = open_file(path);
        return files::read("/proc/self/fd/" + std::to_string(file.get()), cap);
    });
}

std::string ForeignTree::read_link(const std::string& path) const
{
    std::array<char, 4096> target{};
    const auto length = ::readlinkat(parent_of(path).get(), name_of(path).c_str(), target.data(), target.size());
    if (length < 0) {
        throw system_error("read the link " + text::escaped(absolute(path)), errno);
    }
    return {target.data(), static_cast<std::size_t>(length)};
}

std::vector<ForeignTree::Entry> ForeignTree::list(const std::string& path) const
{
    auto directory = try_open(path, O_RDONLY | O_DIRECTORY);
    if (directory) {
        return entries_of(std::move(directory), absolute(path));
    }
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
        throw system_error("list " + text::escaped(absolute(path)), errno);
    }
    return {};
}

void ForeignTree::walk(const std::string& path, const std::function<void(const Entry&)>& visit) const
{
    auto directory = try_open(path, O_RDONLY | O_DIRECTORY);
    if (!directory) {
        throw refusal("open", path, errno);
    }
    for (const auto& entry : entries_of(std::move(directory), absolute(path))) {
        visit(entry);
        if (S_ISDIR(entry.info.st_mode)) {
            walk(entry.path, visit);
        }
    }
}

void ForeignTree::make_directory(const std::string& path) const
{
    const auto parent = parent_of(path);
    const auto name = name_of(path);
    if (::mkdirat(parent.get(), name.c_str(), 0755) != 0) {
        const int cause = errno;
        if (cause != EEXIST) {
            throw refusal("make the directory", path, cause);
        }
        if (!has_directory(path)) {
            throw refusal("make the directory", path, ENOTDIR);
        }
        return;
    }
    const Fd made(::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!made || ::fchmod(made.get(), 0755) != 0) {
        throw system_error("set the mode of " + text::escaped(absolute(path)), errno);
    }
}

void ForeignTree::make_directories(const std::string& path) const
{
    const auto below = relative(path);
    if (below == "." || has_directory(below)) {
        return;
    }
    make_directories(directory_of(below));
    make_directory(below);
}

Fd ForeignTree::make_file(const std::string& path, unsigned mode) const
{
    Fd file(::openat(parent_of(path).get(), name_of(path).c_str(), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
                     mode));
    if (!file || ::fchmod(file.get(), mode) != 0) {
        throw system_error("make the file " + text::escaped(absolute(path)), errno);
    }
    return file;
}

void ForeignTree::write(const std::string& path, std::string_view bytes, unsigned mode) const
{
    make_directories(directory_of(path));
    if (::unlinkat(parent_of(path).get(), name_of(path).c_str(), 0) != 0 && errno != ENOENT) {
        throw system_error("replace " + text::escaped(absolute(path)), errno);
    }
    with_context("write " + text::escaped(absolute(path)),
                 [&] { files::write_all(make_file(path, mode).get(), bytes); });
}

void ForeignTree::set_mode(const std::string& path, unsigned mode) const
{
    const auto node = open_node(path);
    const auto name = "/proc/self/fd/" + std::to_string(node.get());
    if (::chmod(name.c_str(), mode) != 0) {
        throw system_error("change the mode of " + text::escaped(absolute(path)), errno);
    }
}

void ForeignTree::set_time(const std::string& path, std::int64_t seconds) const
{
    const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, timespec{seconds, 0}};
    if (::utimensat(parent_of(path).get(), name_of(path).c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
        throw system_error("set the time of " + text::escaped(absolute(path)), errno);
    }
}

void ForeignTree::make_symlink(const std::string& path, const std::string& target) const
{
    if (::symlinkat(target.c_str(), parent_of(path).get(), name_of(path).c_str()) != 0) {
        throw system_error("make the symbolic link " + text::escaped(absolute(path)), errno);
    }
}

void ForeignTree::make_hard_link(const std::string& path, const std::string& existing) const
{
    if (::linkat(parent_of(existing).get(), name_of(existing).c_str(), parent_of(path).get(), name_of(path).c_str(),
                 0) != 0) {
        throw system_error("make the hard link " + text::escaped(absolute(path)), errno);
    }
}

void ForeignTree::move(const std::string& path, const ForeignTree& to, const std::string& new_path) const
{
    const auto source = parent_of(path);
    const auto target = to.parent_of(new_path);
    if (::renameat2(source.get(), name_of(path).c_str(), target.get(), name_of(new_path).c_str(), RENAME_NOREPLACE) !=
        0) {
        throw system_error("move " + text::escaped(absolute(path)), errno);
    }
}

void ForeignTree::remove(const std::string& path) const
{
    const auto parent = try_open(directory_of(path), O_PATH | O_DIRECTORY);
    if (!parent && errno == ENOENT) {
        return;
    }
    if (!parent) {
        throw refusal("remove", directory_of(path), errno);
    }
    files::remove_tree_at(parent, name_of(path), text::escaped(absolute(path)));
}

Fd open_in_root(const Fd& root, const fs::path& path, int flags)
{
    auto node = open_within(root.get(), path.c_str(), flags, RESOLVE_IN_ROOT);
    if (!node && errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != ENAMETOOLONG) {
        throw system_error("look for " + text::escaped(path.string()), errno);
    }
    return node;
}

} // namespace qpkg
