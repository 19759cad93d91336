// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/archive/safe_tree.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg::archive {
namespace {

std::string directory_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

} // namespace

SafeTree::SafeTree(const std::filesystem::path& directory) : tree_(directory) {}

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

void SafeTree::make_parent(const std::string& path)
{
    const auto directory = directory_of(path);
    if (directory.empty()) {
        return;
    }
    if (const auto info = tree_.look(directory)) {
        if (!S_ISDIR(info->st_mode)) {
            throw Error(Code::corrupt, "it lies below something that is not a directory");
        }
        return;
    }
    make_parent(directory);
    claim(directory, Kind::implied_directory);
    tree_.make_directory(directory);
}

void SafeTree::make_directory(const std::string& path)
{
    if (path.empty()) {
        return;
    }
    make_parent(path);
    claim(path, Kind::directory);
    tree_.make_directory(path);
}

void SafeTree::make_symlink(const std::string& path, const std::string& target)
{
    make_parent(path);
    claim(path, Kind::other);
    if (target.empty()) {
        throw Error(Code::corrupt, "the symbolic link has no target");
    }
    tree_.make_symlink(path, target);
}

void SafeTree::make_hard_link(const std::string& path, const std::string& target)
{
    const auto known = known_.find(target);
    if (known == known_.end() || known->second != Kind::file) {
        throw Error(Code::corrupt,
                    "it is a hard link to " + text::escaped(target) + ", which is no file that came before");
    }
    make_parent(path);
    claim(path, Kind::file);
    tree_.make_hard_link(path, target);
}

Fd SafeTree::make_file(const std::string& path, unsigned mode)
{
    make_parent(path);
    claim(path, Kind::file);
    return tree_.make_file(path, mode);
}

} // namespace qpkg::archive
