// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why all who agree sign the same bytes. Then their signatures stand in one small file, which every web server and
// every mirror can carry, and the code that counts is the one for metadata. A dissenter's bytes differ, so each has a
// file of its own. Keys come from the user's own list; a statement by any other key says nothing.
#pragma once

#include "repo-format/repo/rebuild.hpp"

#include "qpkg/model/rebuilder.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Rebuild statements: who says that a release came out as published. Normative text: repo-format/repo/rebuild.md.
namespace qpkg::trust {

class SecretKey;

/// Counts organisations over the files that lie beside a release. Signatures are verified over raw bytes by the keys of
/// `trusted` before anything is parsed; what is malformed, of unknown keys or about another release is skipped, and
/// told in `notes`.
RebuildVerdict count_rebuilds(const RebuildStatement& expected, std::span<const std::string> files,
                              std::span<const Rebuilder> trusted, std::vector<std::string>& notes);

/// The id under which a rebuilder's dissent lies.
Digest key_id_of(const Rebuilder& rebuilder);

/// The signed file of this statement. With `others`, a file of the same statement, their signatures are kept. Error
/// conflict when `others` says something else.
std::string sign_statement(const RebuildStatement& statement, const SecretKey& key, std::string_view others = {});

} // namespace qpkg::trust
