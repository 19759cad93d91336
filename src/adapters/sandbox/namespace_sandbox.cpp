// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sandbox/namespace_sandbox.hpp"

#include "adapters/sandbox/confine.hpp"
#include "adapters/sandbox/limits.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/mounts.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <future>

namespace qpkg::sandbox {

namespace fs = std::filesystem;

CommandResult NamespaceSandbox::run(const SandboxRun& request)
{
    if (::geteuid() != 0) {
        throw Error(Code::failed, "run " + request.command.argv.at(0) + " in a sandbox: not root", "run qpkg as root");
    }
    const files::TemporaryDirectory places(request.upper.parent_path(), "sandbox-");
    const MountPoints points{places.path() / "base", places.path() / "root", places.path() / "images"};
    fs::create_directory(points.base);
    fs::create_directory(points.root);
    for (std::size_t i = 0; i < request.lower.size(); ++i) {
        fs::create_directories(points.images / std::to_string(i));
    }
    const auto group = ControlGroup::make(limits_, groups_);
    const LimitWatch limits(limits_, request, group);
    Command command = request.command;
    command.watch = [&](pid_t child) { limits.look(child); };
    command.in_child = [&] {
        if (group) {
            group->enter();
        }
        enter_sandbox(request, points, limits_);
        if (request.command.in_child) {
            request.command.in_child();
        }
    };
    auto result = qpkg::run(command);
    limits.look_at_counts();
    return result;
}

Fd NamespaceSandbox::open_root(const fs::path& image)
{
    // A thread may have a mount namespace of its own. The copy of the mount that open_tree makes outlives it.
    return std::async(std::launch::async,
                      [&image] {
                          mounts::enter_private_namespace();
                          const fs::path target = "/proc"; // any directory will do: nobody else sees this mount
                          mounts::mount_volume(image, target);
                          Fd root(static_cast<int>(
                              ::syscall(SYS_open_tree, AT_FDCWD, target.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
                          if (!root) {
                              throw system_error("open the volume " + image.string(), errno);
                          }
                          return root;
                      })
        .get();
}

} // namespace qpkg::sandbox
