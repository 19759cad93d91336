// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/publish/keys.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"

#include <filesystem>

/// What `sign` and `root add-sig` have in common.
namespace qpkg::cli {

struct SignFlags {
    std::filesystem::path tbs;
    std::filesystem::path out;
    std::filesystem::path keys;
    std::filesystem::path passphrase_file;
    std::string vault; ///< command that carries the request to a vault; empty: sign here
    bool ssh_agent = false;
};

std::vector<Option> sign_options(SignFlags& flags);
Proposal propose_signing(Context& context, const SignFlags& flags);

} // namespace qpkg::cli
