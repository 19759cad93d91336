// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/sandbox/namespace_sandbox.hpp"

#include "qpkg/core/files.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace qpkg::testing {

/// A base image that holds this machine's programs by reference: /usr of the host, shown by a bind.
struct Sandboxed {
    files::TemporaryDirectory directory{"/var/tmp"};
    sandbox::NamespaceSandbox sandbox;
    SandboxRun request;

    explicit Sandboxed(const SandboxLimits& limits = {}, const sandbox::ControlGroupPlaces& groups = {})
        : sandbox(limits, groups)
    {
        const auto tree = directory.path() / "tree";
        for (const auto* place : {"usr", "etc", "proc", "dev", "tmp", "run"}) {
            std::filesystem::create_directories(tree / place);
        }
        for (const auto* link : {"bin", "lib", "lib64", "sbin"}) {
            std::filesystem::create_symlink(std::filesystem::path("usr") / link, tree / link);
        }
        std::ofstream(tree / "etc/of-base") << "base\n";
        request.base_image = directory.path() / "base.erofs";
        run_checked({.argv = {"mkfs.erofs", request.base_image.string(), tree.string()}}, "make an image");
        request.upper = directory.path() / "upper";
        request.work = directory.path() / "work";
        std::filesystem::create_directory(request.upper);
        std::filesystem::create_directory(request.work);
        request.binds = {{"/usr", "/usr"}};
    }

    /// As `upper` and `work` serve one run only.
    void start_anew()
    {
        for (const auto& used : {request.upper, request.work}) {
            std::filesystem::remove_all(used);
            std::filesystem::create_directory(used);
        }
    }

    CommandResult shell(const std::string& script)
    {
        request.command.argv = {"/bin/sh", "-c", script};
        return sandbox.run(request);
    }
};

} // namespace qpkg::testing
