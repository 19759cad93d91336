// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/sandbox.hpp"

namespace qpkg::sandbox {

/// The kernel's own namespaces and overlayfs. Needs root.
class NamespaceSandbox final : public Sandbox {
public:
    CommandResult run(const SandboxRun& request) override;
    Fd open_root(const std::filesystem::path& image) override;
};

} // namespace qpkg::sandbox
