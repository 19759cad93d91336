// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why mounts are made in private namespaces. They end with the last process in there, so a kill leaves nothing mounted,
// and there is no list of mounts to be cleaned up. Detached unmounts let programs keep what they use.
#pragma once

#include "qpkg/core/fd.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// What the kernel mounts for us. Needs nothing but libc and Error, so that the static programs inside a qube share it.
/// Every function throws Error "<action> <path>: <cause>": unsupported when the kernel lacks the file system, else
/// failed.
namespace qpkg::mounts {

namespace fs = std::filesystem;

/// A mount namespace of this process's own, from which nothing travels back. All mounts end with its last process.
void enter_private_namespace();

/// Mounts an EROFS image (regular file or block device) read-only, nodev, nosuid. A file is mounted directly where the
/// kernel can (6.12 and later), else through a loop device that the kernel removes with the mount.
void mount_volume(const fs::path& image, const fs::path& target);

/// As `mount_volume`, always through a loop device: the way of older kernels, open to tests on newer ones.
void mount_volume_on_loop(const fs::path& image, const fs::path& target);

/// A mounted volume that is at no place yet, as `mount_volume` mounts it, on a loop device of its own: that tells
/// whether anybody still uses it. It can be handed to a process in another mount namespace.
struct LooseVolume {
    Fd mount;
    std::string loop; ///< "loop7"
};

/// `tag` (at most 63 bytes) tells this use of the loop device from later ones.
LooseVolume open_volume(const fs::path& image, const std::string& tag);

/// Whether the loop device is still the one that `open_volume` made with this tag: somebody uses the volume.
bool is_in_use(const std::string& loop, const std::string& tag);

/// A copy of the mount at `source` (directory or file), at no place yet.
Fd loose_copy(const fs::path& source);

/// The same with what is mounted below it.
Fd loose_tree(const fs::path& source);

/// Puts a mount that is at no place yet over `target`.
void put_mount(const Fd& mount, const fs::path& target);

/// Whether what a program syncs in an overlay reaches the disk. `never` is for what a crash may lose.
enum class Flush { on_sync, never };

/// Where an overlay keeps its changes; both on one file system that supports it. What is in `upper` afterwards needs no
/// overlayfs to be read: whole files, no redirected directories.
struct OverlayChanges {
    fs::path upper;
    fs::path work;
    Flush flush = Flush::on_sync;
};

/// Mounts the union of `lower` (topmost first). Without `changes` it is read-only and takes at least one directory.
/// The layers together may not need more than a page (4096 bytes) of options.
void mount_overlay(const fs::path& target, const std::vector<fs::path>& lower,
                   const std::optional<OverlayChanges>& changes = std::nullopt);

enum class Access { read_only, read_write };

/// Shows `source` (directory or file) at `target`, with what is mounted below it. read_only covers those mounts too.
void bind(const fs::path& source, const fs::path& target, Access access = Access::read_write);

/// An empty tmpfs: nosuid, nodev; `options` as for mount(8), e.g. "mode=0755,size=64m".
void mount_tmpfs(const fs::path& target, const std::string& options = "mode=0755");

/// procfs of the caller's pid namespace: nosuid, nodev, noexec.
void mount_proc(const fs::path& target);

/// From now on no mount travels into or out of the mounts at `target` and below.
void make_private(const fs::path& target);

/// What is mounted below the mount at `target` from now on shows in the namespaces that follow it.
void make_shared(const fs::path& target);

/// What is mounted or unmounted in the namespace this one was copied from happens here too, at `target` and below,
/// where it is shared there; nothing travels back.
void make_following(const fs::path& target);

/// The mount points at and below `directory`, as this process sees them, in the order they were mounted.
std::vector<fs::path> mount_points_below(const fs::path& directory);

/// A detached unmount of everything at `target` and below; not mounted is success.
void unmount(const fs::path& target);

bool is_mount_point(const fs::path& path);

/// Makes `root` (a mount point of this private namespace) the root directory, drops the old one, and goes to "/".
/// Unlike chroot it leaves the process free to make user namespaces.
void pivot_into(const fs::path& root);

/// The same, but the old root stays, at `old`: a directory below `root`.
void pivot_into(const fs::path& root, const fs::path& old);

} // namespace qpkg::mounts
