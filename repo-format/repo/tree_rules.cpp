// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/tree_rules.hpp"

#include "repo-format/repo/utf8.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace qpkg::ostree {
namespace {

constexpr std::size_t max_name = 255;
constexpr std::size_t max_target = 4095;
constexpr std::int64_t year_1980 = 315'532'800;
constexpr std::int64_t year_2100 = 4'102'444'800;

[[noreturn]] void refuse(const std::string& why) { throw Error(Code::untrusted, why); }

std::string octal(std::uint32_t mode)
{
    std::array<char, 16> digits{};
    std::snprintf(digits.data(), digits.size(), "0%o", mode);
    return digits.data();
}

void check_owner(std::uint32_t uid, std::uint32_t gid, const Xattrs& xattrs)
{
    if (uid != 0 || gid != 0) {
        refuse("owner " + std::to_string(uid) + ":" + std::to_string(gid) + ", expected 0:0");
    }
    if (!xattrs.empty()) {
        refuse("extended attribute " + text::escaped(xattrs.front().first, 60) + ", none is allowed");
    }
}

/// Where a symlink may point outside its module: the directories at the top of every base.
bool begins_in_base(std::string_view target)
{
    static constexpr std::array<std::string_view, 18> tops{"bin",   "boot",  "dev",    "etc", "home", "lib",
                                                           "lib32", "lib64", "libx32", "mnt", "opt",  "proc",
                                                           "run",   "sbin",  "srv",    "sys", "tmp",  "usr"};
    const auto start = target.find_first_not_of('/');
    if (start == std::string_view::npos) {
        return true;
    }
    const auto top = target.substr(start, target.find('/', start) - start);
    return top == "var" || top == "root" || top == "media" || std::find(tops.begin(), tops.end(), top) != tops.end();
}

std::string lower_case(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

class Walk {
public:
    explicit Walk(const TreeVisitor& visitor) : visitor_(visitor) {}

    void directory(const std::string& path, const Digest& tree_id, const Digest& meta_id, std::size_t depth)
    {
        if (depth > max_depth) {
            refuse(where(path) + ": more than " + std::to_string(max_depth) + " directories deep");
        }
        count(summary_.directories, max_directories, "directories");
        const auto meta = visitor_.meta(meta_id);
        const auto tree = visitor_.tree(tree_id);
        with_context(where(path), [&] {
            check_directory(meta);
            check_entries(tree);
        });
        note_case_twins(path, tree);
        if (visitor_.directory) {
            visitor_.directory(path, meta, tree);
        }
        entries(path, tree, depth);
    }

    WalkSummary summary() && { return std::move(summary_); }

private:
    static std::string where(const std::string& path) { return path.empty() ? "/" : text::escaped(path); }

    static void count(std::size_t& number, std::size_t limit, std::string_view what)
    {
        if (++number > limit) {
            throw Error(Code::no_space, "more than " + std::to_string(limit) + " " + std::string(what));
        }
    }

    void entries(const std::string& path, const DirTree& tree, std::size_t depth)
    {
        auto file = tree.files.begin();
        auto subdirectory = tree.directories.begin();
        const auto prefix = path.empty() ? path : path + '/';
        while (file != tree.files.end() || subdirectory != tree.directories.end()) {
            const bool file_is_next =
                subdirectory == tree.directories.end() || (file != tree.files.end() && file->name < subdirectory->name);
            if (file_is_next) {
                count(summary_.files, max_files, "files");
                visitor_.file(prefix + file->name, file->content);
                ++file;
            } else {
                directory(prefix + subdirectory->name, subdirectory->tree, subdirectory->meta, depth + 1);
                ++subdirectory;
            }
        }
    }

    void note_case_twins(const std::string& path, const DirTree& tree)
    {
        std::set<std::string> seen;
        const auto note = [&](const std::string& name) {
            if (!seen.insert(lower_case(name)).second && summary_.case_twins.size() < 10) {
                summary_.case_twins.push_back(path.empty() ? name : path + '/' + name);
            }
        };
        for (const auto& file : tree.files) {
            note(file.name);
        }
        for (const auto& subdirectory : tree.directories) {
            note(subdirectory.name);
        }
    }

    const TreeVisitor& visitor_;
    WalkSummary summary_;
};

template <class Entries>
void check_ascending(const Entries& entries)
{
    for (std::size_t i = 1; i < entries.size(); ++i) {
        const auto& before = entries[i - 1].name;
        const auto& name = entries[i].name;
        if (before == name) {
            refuse("name \"" + text::escaped(name) + "\" is there twice");
        }
        if (before > name) {
            refuse("names not ascending: \"" + text::escaped(name) + "\" after \"" + text::escaped(before) + "\"");
        }
    }
}

} // namespace

void check_name(std::string_view name)
{
    const auto quoted = [&] { return "name \"" + text::escaped(name, 60) + "\""; };
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos) {
        refuse(quoted() + " cannot name a file");
    }
    if (name.size() > max_name) {
        refuse(quoted() + " has " + std::to_string(name.size()) + " bytes, 255 are allowed");
    }
    for (auto rest = name; !rest.empty();) {
        const auto code_point = take_code_point(rest);
        if (!code_point) {
            refuse(quoted() + " is not UTF-8");
        }
        if (is_deceptive(*code_point)) {
            refuse(quoted() + " holds a control character");
        }
    }
}

void check_directory(const DirMeta& meta)
{
    check_owner(meta.uid, meta.gid, meta.xattrs);
    if (meta.mode != (S_IFDIR | 0755)) {
        refuse("directory with mode " + octal(meta.mode) + ", expected 040755");
    }
}

void check_file(const FileHeader& header)
{
    check_owner(header.uid, header.gid, header.xattrs);
    if (header.rdev != 0) {
        refuse("device number " + std::to_string(header.rdev));
    }
    if (header.mode == (S_IFREG | 0644) || header.mode == (S_IFREG | 0755)) {
        if (!header.target.empty()) {
            throw Error(Code::corrupt, "regular file with a link target");
        }
        return;
    }
    if (header.mode != (S_IFLNK | 0777)) {
        refuse("file with mode " + octal(header.mode) + ", expected 0100644, 0100755 or 0120777");
    }
    if (header.target.empty() || header.target.size() > max_target) {
        throw Error(Code::corrupt, "symlink with a target of " + std::to_string(header.target.size()) + " bytes");
    }
}

void check_link(std::string_view path, std::string_view target)
{
    const auto leaves = [&] {
        refuse(text::escaped(path) + ": symlink to \"" + text::escaped(target) + "\" leaves the module");
    };
    if (target.starts_with('/')) {
        if (!begins_in_base(target)) {
            leaves();
        }
        return;
    }
    auto depth = std::count(path.begin(), path.end(), '/');
    for (std::size_t start = 0; start <= target.size();) {
        const auto end = std::min(target.find('/', start), target.size());
        const auto word = target.substr(start, end - start);
        start = end + 1;
        if (word == "..") {
            --depth;
        } else if (!word.empty() && word != ".") {
            ++depth;
        }
        if (depth < 0) {
            leaves();
        }
    }
}

void check_entries(const DirTree& tree)
{
    if (tree.files.size() + tree.directories.size() > max_entries) {
        throw Error(Code::no_space, "more than " + std::to_string(max_entries) + " entries");
    }
    for (const auto& file : tree.files) {
        check_name(file.name);
    }
    for (const auto& directory : tree.directories) {
        check_name(directory.name);
    }
    check_ascending(tree.files);
    check_ascending(tree.directories);
    auto file = tree.files.begin();
    for (const auto& directory : tree.directories) {
        while (file != tree.files.end() && file->name < directory.name) {
            ++file;
        }
        if (file != tree.files.end() && file->name == directory.name) {
            refuse("\"" + text::escaped(directory.name) + "\" is a file and a directory");
        }
    }
}

void check_commit(const Commit& commit, std::optional<std::int64_t> timestamp)
{
    if (commit.parent) {
        refuse("commit has a parent; a module's commit stands alone");
    }
    const auto expected = timestamp ? std::to_string(*timestamp) : "a time from 1980 to 2100";
    const bool plausible = commit.timestamp >= year_1980 && commit.timestamp < year_2100;
    const bool right = timestamp ? commit.timestamp == static_cast<std::uint64_t>(*timestamp) : plausible;
    if (!right) {
        refuse("commit has timestamp " + std::to_string(commit.timestamp) + ", expected " + expected);
    }
}

WalkSummary walk(const Commit& commit, const TreeVisitor& visitor)
{
    Walk walk(visitor);
    walk.directory("", commit.tree, commit.meta, 0);
    return std::move(walk).summary();
}

} // namespace qpkg::ostree
