// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/archive/safe_tree.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/files.hpp"
#include "qpkg/base/text.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace qpkg::archive {
namespace {

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string directory_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

} // namespace

SafeTree::SafeTree(const std::filesystem::path& directory)
    : root_(files::open(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW))
{
}

void SafeTree::claim(const std::string& path, Kind kind)
{
    const auto [known, is_new] = known_.try_emplace(path, kind);
    if (is_new) {
        return;
    }
    if (known->second != Kind::implied_directory || kind != Kind::directory) {
        throw Error(Code::corrupt, "the archive holds it twice");
    }
    known->second = kind;
}

Fd SafeTree::open_directory(const std::string& path) const
{
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const auto* relative = path.empty() ? "." : path.c_str();
    return Fd(static_cast<int>(::syscall(SYS_openat2, root_.get(), relative, &how, sizeof how)));
}

Fd SafeTree::parent_of(const std::string& path)
{
    const auto directory = directory_of(path);
    if (auto fd = open_directory(directory)) {
        return fd;
    }
    if (errno == ELOOP || errno == ENOTDIR) {
        throw Error(Code::corrupt, "it lies below something that is not a directory");
    }
    if (errno != ENOENT) {
        throw system_error("open its directory", errno);
    }
    const auto above = parent_of(directory);
    claim(directory, Kind::implied_directory);
    if (::mkdirat(above.get(), name_of(directory).c_str(), 0755) != 0) {
        throw system_error("make its directory", errno);
    }
    return open_directory(directory);
}

void SafeTree::make_directory(const std::string& path)
{
    if (path.empty()) {
        return;
    }
    const auto parent = parent_of(path);
    claim(path, Kind::directory);
    if (::mkdirat(parent.get(), name_of(path).c_str(), 0755) != 0 && errno != EEXIST) {
        throw system_error("make the directory", errno);
    }
}

void SafeTree::make_symlink(const std::string& path, const std::string& target)
{
    const auto parent = parent_of(path);
    claim(path, Kind::other);
    if (target.empty() || ::symlinkat(target.c_str(), parent.get(), name_of(path).c_str()) != 0) {
        throw target.empty() ? Error(Code::corrupt, "the symbolic link has no target")
                             : system_error("make the symbolic link", errno);
    }
}

void SafeTree::make_hard_link(const std::string& path, const std::string& target)
{
    const auto known = known_.find(target);
    if (known == known_.end() || known->second != Kind::file) {
        throw Error(Code::corrupt,
                    "it is a hard link to " + text::escaped(target) + ", which is no file that came before");
    }
    const auto parent = parent_of(path);
    claim(path, Kind::file);
    const auto target_parent = parent_of(target);
    if (::linkat(target_parent.get(), name_of(target).c_str(), parent.get(), name_of(path).c_str(), 0) != 0) {
        throw system_error("make the hard link", errno);
    }
}

Fd SafeTree::make_file(const std::string& path, unsigned mode)
{
    const auto parent = parent_of(path);
    claim(path, Kind::file);
    Fd fd(::openat(parent.get(), name_of(path).c_str(), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!fd || ::fchmod(fd.get(), mode) != 0) {
        throw system_error("make the file", errno);
    }
    return fd;
}

} // namespace qpkg::archive
