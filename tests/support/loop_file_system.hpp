// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/trees.hpp"

#include "qpkg/core/subprocess.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace qpkg::testing {

/// A file system of its own in a sparse file, mounted for the life of this object. Needs root.
class LoopFileSystem {
public:
    /// `type`: "ext4", "btrfs", "xfs".
    explicit LoopFileSystem(const std::string& type, std::string_view size = "2G") : scratch_(scratch())
    {
        const auto image = (scratch_.path() / "image").string();
        run_checked({.argv = {"truncate", "-s", std::string(size), image}}, "truncate");
        auto make = Command{.argv = {"mkfs." + type, "-q", image}};
        make.environment = {{"PATH", "/usr/sbin:/sbin:/usr/bin:/bin"}};
        run_checked(make, make.argv.front());
        fs::create_directory(directory());
        run_checked({.argv = {"mount", "-o", "loop", image, directory().string()}}, "mount");
    }
    LoopFileSystem(const LoopFileSystem&) = delete;
    LoopFileSystem& operator=(const LoopFileSystem&) = delete;
    ~LoopFileSystem() { ::umount2(directory().c_str(), MNT_DETACH); }

    fs::path directory() const { return scratch_.path() / "mounted"; }

private:
    files::TemporaryDirectory scratch_;
};

/// An image mounted by the kernel for the life of this object. Needs root.
class MountedImage {
public:
    explicit MountedImage(const fs::path& image) : scratch_(scratch())
    {
        run_checked({.argv = {"mount", "-t", "erofs", "-o", "loop,ro", image.string(), directory().string()}}, "mount");
    }
    MountedImage(const MountedImage&) = delete;
    MountedImage& operator=(const MountedImage&) = delete;
    ~MountedImage() { ::umount2(directory().c_str(), MNT_DETACH); }

    fs::path directory() const { return scratch_.path(); }

private:
    files::TemporaryDirectory scratch_;
};

/// Whether this test may mount; says so when not.
inline bool may_mount()
{
    if (::geteuid() == 0) {
        return true;
    }
    MESSAGE("skipped: mounting needs root");
    return false;
}

} // namespace qpkg::testing
