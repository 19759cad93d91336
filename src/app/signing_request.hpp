// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/keys.hpp"
#include "repo-format/envelope.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Files that are to be signed somewhere else: a directory that is carried there and back. Normative text:
/// signing/keys.md, "Signing somewhere else".
namespace qpkg::app {

struct ToSign {
    std::string role;
    std::uint64_t version;
    std::string payload;         ///< the very bytes to sign
    std::vector<Digest> key_ids; ///< whose signatures are of use
    std::uint64_t threshold;     ///< of the role's own keys

    std::string file() const { return std::to_string(version) + "." + role + ".json"; }
};

/// Makes the directory: request.json, the payloads, and review.txt for people. Error conflict when it holds something.
void write_signing_request(const std::filesystem::path& directory, const std::vector<ToSign>& files);

/// Reads the directory. Errors: not_found, corrupt (a payload is not the one that request.json names, or not what its
/// name says), no_space.
std::vector<ToSign> read_signing_request(const std::filesystem::path& directory);

/// request.json by itself: payloads are left empty. Reads bytes from outside.
std::vector<ToSign> parse_signing_request(std::string_view bytes);

/// What a person should know before signing: from the payload alone, never from review.txt.
std::vector<std::string> review(const ToSign& file);

/// Signatures that were brought back for this file; those that are no signatures are errors: corrupt by name.
std::vector<envelope::Signature> read_signatures(const std::filesystem::path& directory, const ToSign& file);

struct SignRequest {
    std::filesystem::path tbs;
    std::filesystem::path out; ///< may be the same directory
    std::filesystem::path keys;
    std::optional<std::string> passphrase;
    Agent agent = Agent::none;
};

struct MadeSignature {
    std::string file; ///< "2.root.json"
    Digest key;
};

/// Signs each file with every key of it that is here. What `agreed` was shown is what is signed: the bytes are read
/// once. Errors: untrusted (no key of any file is here), conflict (not agreed).
std::vector<MadeSignature> sign_request(const SignRequest& request,
                                        const std::function<bool(const std::vector<std::string>& review)>& agreed);

} // namespace qpkg::app
