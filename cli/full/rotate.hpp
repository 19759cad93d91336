// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/publish/publish.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"
#include "cli/document.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// What `key rotate`, `root rotate`, `sign` and `publish` have in common.
namespace qpkg::cli {

struct RotateFlags {
    std::string role;
    std::filesystem::path repository;
    std::filesystem::path keys;
    std::filesystem::path passphrase_file;
    std::vector<std::string> add;
    std::vector<std::string> remove;
    std::optional<std::uint64_t> threshold;
    std::optional<std::filesystem::path> prepare;
    bool ssh_agent = false;
};

std::vector<Option> rotate_options(RotateFlags& flags);
Proposal propose_rotation(Context& context, const RotateFlags& flags);

/// A key file, or the 64 hex digits of a public key.
trust::PublicKey public_key_of(const std::string& word);

/// From the file, from the terminal, or nothing when no key needs one.
std::optional<std::string> keys_passphrase(const std::filesystem::path& keys, const std::filesystem::path& file);

Option repository_option(std::filesystem::path& repository);
Option passphrase_option(std::filesystem::path& file);
Option agent_option(bool& is_used);
app::Agent agent_of(bool is_used);

/// What to do with a directory of files that wait for signatures.
void tell_next(Document& document, const std::string& prepared, const std::string& repository);

} // namespace qpkg::cli
