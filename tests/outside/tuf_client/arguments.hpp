// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace qpkg::tuf_client {

/// The command line that conformance tests of TUF clients agree on.
struct Arguments {
    std::string command;                ///< init, refresh or download
    std::filesystem::path root;         ///< init: the trusted root file
    std::filesystem::path metadata_dir; ///< trusted files, bytes as served
    std::string metadata_url;
    std::vector<std::string> target_names;
    std::string target_base_url;
    std::filesystem::path target_dir;
};

/// Error usage for anything else than the three commands with what each needs.
Arguments parse_arguments(const std::vector<std::string>& words);

} // namespace qpkg::tuf_client
