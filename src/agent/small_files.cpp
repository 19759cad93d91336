// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/small_files.hpp"

#include "core/open_within.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace qpkg::agent {
namespace {

Error open_error(const fs::path& path, int errno_value)
{
    if (errno_value == ENOENT) {
        return {Code::not_found, "open " + path.string() + ": no such file"};
    }
    return system_error("open " + path.string(), errno_value);
}

std::string read_all(const Fd& fd, const fs::path& path, std::size_t cap)
{
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        throw Error(Code::failed, "read " + path.string() + ": not a regular file");
    }
    return files::read(fd.get(), path, cap);
}

bool is_already(const fs::path& path, const PlannedFile& wanted)
{
    const auto status = fs::symlink_status(path);
    if (wanted.kind == PlannedFile::Kind::link) {
        return fs::is_symlink(status) && fs::read_symlink(path) == wanted.content;
    }
    const auto runs = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    return fs::is_regular_file(status) && runs == (wanted.kind == PlannedFile::Kind::program) &&
           fs::file_size(path) == wanted.content.size() && read_file(path, wanted.content.size()) == wanted.content;
}

void remove_all_but(const fs::path& directory, const fs::path& below, const PlannedTree& wanted)
{
    for (const auto& name : names_in(directory)) {
        const auto path = directory / name;
        if (fs::is_directory(fs::symlink_status(path))) {
            remove_all_but(path, below / name, wanted);
            ::rmdir(path.c_str()); // stays when it is not empty
        } else if (!wanted.contains(below / name)) {
            fs::remove(path);
        }
    }
}

} // namespace

std::string read_file(const fs::path& path, std::size_t cap)
{
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        throw open_error(path, errno);
    }
    return read_all(fd, path, cap);
}

std::string read_file_within(const fs::path& tree, const fs::path& path, std::size_t cap)
{
    const Fd root(::open(tree.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) {
        throw open_error(tree, errno);
    }
    const auto fd = open_within(root.get(), path.c_str(), O_RDONLY | O_NONBLOCK, RESOLVE_IN_ROOT);
    if (!fd) {
        throw open_error(path, errno);
    }
    return read_all(fd, path, cap);
}

void write_file(const fs::path& path, std::string_view bytes, unsigned mode)
{
    files::write(path, bytes, mode, files::Durability::scratch);
}

std::vector<std::string> names_in(const fs::path& directory)
{
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    if (error) {
        throw open_error(directory, error.value());
    }
    std::ranges::sort(names);
    return names;
}

std::optional<fs::path> folder_within(const fs::path& tree, const fs::path& path)
{
    auto place = tree;
    for (const auto& part : path) {
        place /= part;
        if (!fs::is_directory(fs::symlink_status(place))) {
            return std::nullopt;
        }
    }
    return place;
}

void make_tree(const fs::path& directory, const PlannedTree& wanted)
{
    fs::create_directories(directory);
    remove_all_but(directory, {}, wanted);
    for (const auto& [name, file] : wanted) {
        const auto path = directory / name;
        if (is_already(path, file)) {
            continue;
        }
        fs::create_directories(path.parent_path());
        if (file.kind == PlannedFile::Kind::link) {
            fs::remove(path);
            fs::create_symlink(file.content, path);
        } else {
            write_file(path, file.content, file.kind == PlannedFile::Kind::program ? 0755 : 0644);
        }
    }
}

} // namespace qpkg::agent
