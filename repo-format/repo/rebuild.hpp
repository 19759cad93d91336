// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a statement names inputs and not only the outcome. "The commit is right" could be signed without building
// anything from the published sources. A statement says: from these inputs I got this commit and this volume. Whoever
// doubts it can take the same inputs.
#pragma once

#include "qpkg/model/release.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// What somebody who built a release again says about it. Normative text: repo-format/repo/rebuild.md.
namespace qpkg {

inline constexpr std::size_t largest_statement = 64 * 1024; ///< bytes of the signed file

struct RebuildStatement {
    AppId app;
    Arch arch;
    std::string version;
    Digest core;        ///< of the release that was built again, whatever its channel
    BuildInputs inputs; ///< what it was built from, as the manifest has them
    CommitId commit;    ///< what came out
    VolumeId volume;

    friend bool operator==(const RebuildStatement&, const RebuildStatement&) = default;
};

/// What everybody says whose build came out as the release: the same bytes, so that signatures can be put together.
RebuildStatement agreement_with(const Release& release);

/// Reader of the signed part. Errors: corrupt (not canonical, a member missing or malformed), unsupported (schema).
RebuildStatement parse_rebuild(std::string_view payload);
std::string encode_rebuild(const RebuildStatement& statement);

/// Where statements about a commit lie: "attest/<commit>.rebuild.json" for all who agree, and
/// "attest/<commit>.<key id>.rebuild.json" for a rebuilder who does not.
std::string statement_path(const CommitId& published);
std::string dissent_path(const CommitId& published, const Digest& key_id);
inline constexpr std::string_view statements_directory = "attest";
/// Whether a file of that name in `statements_directory` is about the commit.
bool is_statement_about(const CommitId& published, std::string_view file_name);

/// Where a recipe or lock file lies for those who build again: "inputs/<sha256>".
std::string input_path(const Digest& input);

} // namespace qpkg
