// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why signatures travel as a directory of files. Keys belong on a machine that does nothing else, perhaps one without a
// network. What is carried there are the very bytes to sign, so the signer needs no repository and believes nothing but
// these bytes: the review is computed from them on the signer's side, `review.txt` is for those who only want to look.
// request.json is written last, so a directory that has one is whole.
//
// What a payload is compared with must be something that the signer knows to be signed. So the published file comes
// along, and counts only if a key that is here has signed it; otherwise everything is shown.
#pragma once

#include "app/publish/keys.hpp"
#include "repo-format/repo/envelope.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
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
    /// The signed file that is published now, where there is one. Nothing is believed of it before a key that is here
    /// proves to have signed it.
    std::string served = {};

    std::string file() const { return std::to_string(version) + "." + role + ".json"; }
};

/// What a signer may want to see besides the payloads: manifests and commits of newly listed releases, by the hash of
/// their bytes.
using Evidence = std::map<Digest, std::string>;
inline constexpr std::size_t most_evidence = 1024;

/// Makes the directory: request.json, the payloads, what is published now (served/<role>.json), what a signer may want
/// to see besides (evidence/<sha256>), and review.txt for people. Errors: conflict when it holds something; what
/// `review` throws.
void write_signing_request(const std::filesystem::path& directory, const std::vector<ToSign>& files,
                           const std::vector<std::string>& evidence = {});

/// Error conflict when it holds something.
void require_empty(const std::filesystem::path& directory);

/// Reads the directory. Errors: not_found, corrupt (a payload is not the one that request.json names, or not what its
/// name says), no_space.
std::vector<ToSign> read_signing_request(const std::filesystem::path& directory);

/// The bytes of request.json.
std::string encode_signing_request(const std::vector<ToSign>& files);

/// request.json, with the payloads from `payload`, which is given their names. Errors: corrupt, and those of `payload`.
std::vector<ToSign> complete_signing_request(std::string_view bytes,
                                             const std::function<std::string(const std::string& file)>& payload);

/// The evidence of such a directory, by the hash of its bytes. Error no_space.
Evidence read_evidence(const std::filesystem::path& directory);

/// request.json by itself: payloads are left empty. Reads bytes from outside.
std::vector<ToSign> parse_signing_request(std::string_view bytes);

/// What a person must know before signing: every member that differs from `before`, which is the payload that is known
/// to have been signed last; without it, every member there is. From the payload alone, never from review.txt.
/// Errors: untrusted (members that nobody here knows, numbers of releases that run away).
std::vector<std::string> review(const ToSign& file, const std::optional<std::string>& before);

/// Puts one signature beside the files.
void write_signature(const std::filesystem::path& directory, const ToSign& file, const envelope::Signature& signature);

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

/// What `sign_request` would show of all files that it would sign. Errors as that.
std::vector<std::string> review_request(const SignRequest& request);

/// Signs each file with every key of it that is here. What `agreed` was shown is what is signed: the bytes are read
/// once. Errors: untrusted (no key of any file is here; what `review` refuses), conflict (not agreed).
std::vector<MadeSignature> sign_request(const SignRequest& request,
                                        const std::function<bool(const std::vector<std::string>& review)>& agreed);

} // namespace qpkg::app
