// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/sandbox.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace qpkg::cli {

/// What every command understands. Filled once: defaults < /etc/qpkg/qpkg.toml < conf.d < environment < flags.
struct Options {
    bool yes = false;
    bool dry_run = false;
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    bool no_color = false;
    bool offline = false;
    bool unchanged_exit_77 = false;
    int progress_fd = -1;
    std::filesystem::path config; ///< read instead of /etc/qpkg/qpkg.toml
    std::filesystem::path root = "/var/lib/qpkg";
    std::string backend = "local";
    std::string proxy;              ///< for http(s); empty: as the environment says (http_proxy, all_proxy)
    std::int64_t stall_seconds = 0; ///< after which a silent server is given up; 0: the usual
    SandboxLimits build;            ///< section [build]
};

/// Defaults, overlaid by `config` (or /etc/qpkg/qpkg.toml and /etc/qpkg/conf.d/*.toml when it is empty).
/// Errors: usage, with file, line and column.
Options load_options(const std::filesystem::path& config);

} // namespace qpkg::cli
