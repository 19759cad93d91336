// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/files.hpp"
#include "qpkg/ports/content_store.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>

/// Directories to commit, and ways to look at what became of them.
namespace qpkg::testing {

namespace fs = std::filesystem;

/// A scratch directory, below $QPKG_TEST_DIR when that is set.
inline files::TemporaryDirectory scratch()
{
    const char* const chosen = std::getenv("QPKG_TEST_DIR");
    return files::TemporaryDirectory(chosen != nullptr ? fs::path(chosen) : fs::temp_directory_path(), "qpkg-test-");
}

/// Bytes that do not compress and differ for each seed.
inline std::string noise(std::size_t size, unsigned seed)
{
    std::string bytes(size, '\0');
    std::uint64_t state = seed * 0x9e3779b97f4a7c15ULL + 1;
    for (auto& byte : bytes) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        byte = static_cast<char>(state & 0xff);
    }
    return bytes;
}

/// A directory tree with modes as modules have them. Made twice, it has the same times.
class TreeMaker {
public:
    explicit TreeMaker(fs::path root) : root_(std::move(root)) { directory(""); }

    const fs::path& root() const { return root_; }

    TreeMaker& directory(const fs::path& path)
    {
        fs::path so_far = root_;
        make(so_far);
        for (const auto& part : path) {
            so_far /= part;
            make(so_far);
        }
        return *this;
    }

    TreeMaker& file(const fs::path& path, std::string_view content, unsigned mode = 0644)
    {
        directory(path.parent_path());
        std::ofstream(root_ / path, std::ios::binary) << content;
        REQUIRE(::chmod((root_ / path).c_str(), mode) == 0);
        return time(path, usual_time);
    }

    TreeMaker& link(const fs::path& path, std::string_view target)
    {
        directory(path.parent_path());
        REQUIRE(::symlink(std::string(target).c_str(), (root_ / path).c_str()) == 0);
        return time(path, usual_time);
    }

    TreeMaker& hard_link(const fs::path& path, const fs::path& existing)
    {
        directory(path.parent_path());
        fs::create_hard_link(root_ / existing, root_ / path);
        return *this;
    }

    TreeMaker& time(const fs::path& path, std::int64_t seconds)
    {
        const std::array<timespec, 2> times{timespec{seconds, 0}, timespec{seconds, 0}};
        REQUIRE(::utimensat(AT_FDCWD, (root_ / path).c_str(), times.data(), AT_SYMLINK_NOFOLLOW) == 0);
        return *this;
    }

    static constexpr std::int64_t usual_time = 1'600'000'000;

private:
    static void make(const fs::path& path)
    {
        fs::create_directories(path);
        REQUIRE(::chmod(path.c_str(), 0755) == 0);
    }

    fs::path root_;
};

/// A small module with one of everything.
inline TreeMaker small_module(const fs::path& root)
{
    TreeMaker tree(root);
    tree.file("usr/bin/hello", "#!/bin/sh\necho hello\n", 0755)
        .file("usr/share/doc/hello/README", std::string(5000, 'r'))
        .file("usr/share/doc/hello/empty", "")
        .file("usr/share/doc/hello/copy-of-empty", "")
        .file("usr/lib/hello/blob", noise(1'000'000, 1))
        .time("usr/lib/hello/blob", 1'500'000'000)
        .link("usr/bin/hi", "hello")
        .hard_link("usr/bin/hello-again", "usr/bin/hello")
        .link("usr/share/doc/hi", "/usr/share/doc/hello");
    return tree;
}

inline CommitRequest a_commit_of(const fs::path& tree, std::string app = "org.example.hello")
{
    return {.tree = tree,
            .ref = "app/" + app + "/x86_64/stable",
            .subject = app + " 1.0-1",
            .timestamp = 1'700'000'000,
            .metadata = {{"qpkg.app", app}, {"qpkg.version", "1.0-1"}}};
}

/// Every path below `root` as one line: type, mode, owner, size or target, sha256 of the content.
inline std::map<std::string, std::string> listing(const fs::path& root)
{
    std::map<std::string, std::string> lines;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        struct stat info {};
        REQUIRE(::lstat(entry.path().c_str(), &info) == 0);
        auto line =
            std::to_string(info.st_mode) + " " + std::to_string(info.st_uid) + ":" + std::to_string(info.st_gid);
        if (S_ISLNK(info.st_mode)) {
            line += " -> " + fs::read_symlink(entry.path()).string();
        } else if (S_ISREG(info.st_mode)) {
            line += " " + std::to_string(info.st_size) + " " +
                    sha256(std::string_view(files::read(entry.path(), 1U << 31U))).hex();
        }
        lines.emplace(entry.path().lexically_relative(root).string(), line);
    }
    return lines;
}

} // namespace qpkg::testing
