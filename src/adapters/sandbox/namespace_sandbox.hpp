// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why there is no container runtime underneath. What is needed are some namespaces, one overlay and a pivot, and to
// know that every mount ends with the build. A runtime would bring a daemon or a state directory of its own, and its
// idea of what may stay behind.
#pragma once

#include "adapters/sandbox/control_group.hpp"

#include "qpkg/ports/sandbox.hpp"

#include <utility>

namespace qpkg::sandbox {

/// The kernel's own namespaces and overlayfs. Needs root.
class NamespaceSandbox final : public Sandbox {
public:
    explicit NamespaceSandbox(const SandboxLimits& limits = {}, ControlGroupPlaces groups = {})
        : limits_(limits), groups_(std::move(groups))
    {
    }

    CommandResult run(const SandboxRun& request) override;
    Fd open_root(const std::filesystem::path& image) override;

private:
    SandboxLimits limits_;
    ControlGroupPlaces groups_;
};

} // namespace qpkg::sandbox
