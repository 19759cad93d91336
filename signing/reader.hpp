// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why formats stand behind an interface and rules do not. The rules of TUF are the same for all repositories; spelling
// is not. dom0 has one reader, which takes canonical JSON and ed25519 and nothing else, and whose parsers run only on
// bytes that were signed. Readers of other dialects are linked by tests alone: leniency in dom0 would be a second
// grammar.
#pragma once

#include "repo-format/repo/roles.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::trust {

/// One entry of a file's signatures, not yet verified.
struct FileSignature {
    Digest key_id;
    std::string bytes;
};

struct SignedFile {
    std::vector<FileSignature> signatures;
    std::string payload; ///< the bytes that were signed
};

/// How metadata files become values. The state machine asks for nothing else of a format, so it is one for the strict
/// profile of dom0 and for the repositories of others. All functions throw Error corrupt for files they do not accept.
class Reader {
public:
    virtual ~Reader() = default;

    virtual SignedFile open(std::string_view file) const = 0;

    /// The signed part of a file; believed only after the signatures were.
    virtual tuf::Root root(std::string_view file) const = 0;
    virtual tuf::Timestamp timestamp(std::string_view file) const = 0;
    virtual tuf::Snapshot snapshot(std::string_view file) const = 0;
    virtual tuf::Targets targets(std::string_view file) const = 0;

    /// Which public key this is: equal for two entries of one key. Nothing for keys whose signatures never count.
    virtual std::optional<std::string> identity(const tuf::Key& key) const = 0;
    virtual bool verifies(const tuf::Key& key, std::string_view signature, std::string_view message) const = 0;
};

/// The canonical profile with ed25519, and nothing else (repo-format/repo/canonical-json.md): the signed part is not
/// looked at before its signatures were verified over its raw bytes.
const Reader& strict_reader();

} // namespace qpkg::trust
