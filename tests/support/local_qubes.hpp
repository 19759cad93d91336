// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/files.hpp"
#include "qpkg/model/release.hpp"
#include "qpkg/ports/hypervisor.hpp"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace qpkg::testing {

/// A tiny root of busybox, small apps and a LocalHypervisor over them. Needs root.
class LocalQubes {
public:
    LocalQubes();
    ~LocalQubes();

    Hypervisor& hypervisor();
    QubeRunner& runner();
    const VolumeId& base() const;
    const std::filesystem::path& directory() const { return directory_.path(); }

    /// An image of a tree: path → content; "#!" makes a program, "-> x" a link, a path that ends in "/" an
    /// empty folder. The exports file is added.
    VolumeSlot app(const std::string& id, std::map<std::string, std::string> tree, const std::vector<Export>& exports);
    /// A volume whose image is these bytes.
    VolumeSlot broken_app(const std::string& id, const std::string& image);
    /// An image of exactly this tree.
    VolumeSlot bare_app(const std::string& id, const std::map<std::string, std::string>& tree);

    void create(const QubeName& qube, std::vector<VolumeSlot> slots);

    /// What is asked for the slots of a volume that a test made up, when that is first used: it gets an image of them.
    std::function<std::vector<VolumeSlot>(const VolumeId&)> made_up = {};

private:
    struct Parts;
    VolumeId add_image(const std::map<std::string, std::string>& tree);
    std::filesystem::path image_path(const VolumeId& volume) const;
    void make_up(const VolumeId& volume);

    files::TemporaryDirectory directory_;
    std::unique_ptr<Parts> parts_;
    unsigned images_ = 0;
};

struct Output {
    int status;
    std::string out;
    std::string err;
};

/// What a program in the qube prints, and its status as QubeRunner::run gives it.
Output run_in(LocalQubes& qubes, const QubeName& qube, std::vector<std::string> argv, RunAs user = RunAs::user);

/// `sh -c text` in the qube.
Output shell_in(LocalQubes& qubes, const QubeName& qube, const std::string& text, RunAs user = RunAs::user);

/// A process that runs a program in a qube; killed at the end of its life.
class RunningProgram {
public:
    explicit RunningProgram(pid_t process) : process_(process) {}
    RunningProgram(RunningProgram&& other) noexcept : process_(std::exchange(other.process_, -1)) {}
    RunningProgram& operator=(RunningProgram&&) = delete;
    ~RunningProgram();

    pid_t process() const noexcept { return process_; }
    /// Its status as of QubeRunner::run.
    int wait();

private:
    pid_t process_;
};

/// Does not wait; standard streams are /dev/null.
RunningProgram start_in(LocalQubes& qubes, const QubeName& qube, std::vector<std::string> argv);

/// Mounts and loop devices of the host that show any part of these qubes, a line each; waits a moment for there to be
/// none, since the kernel clears them shortly after their last user is gone.
std::string traces_of(const LocalQubes& qubes);

} // namespace qpkg::testing
