// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/verify.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::trust {

using canonical::Array;
using canonical::Object;

namespace {

/// What became of the signatures of one file.
class Tally {
public:
    Tally(const Reader& reader, const SignedFile& file, const tuf::Keys& keys, const tuf::RoleKeys& role)
    {
        for (const auto& signature : file.signatures) {
            if (std::ranges::find(role.key_ids, signature.key_id) == role.key_ids.end()) {
                doubts_.push_back("signed by unknown key " + signature.key_id.hex());
                continue;
            }
            count(reader, signature, keys.at(signature.key_id), file.payload);
        }
    }

    std::size_t valid() const { return valid_.size(); }
    std::string doubts() const { return doubts_.empty() ? "" : ": " + text::join(doubts_, ", "); }

private:
    void count(const Reader& reader, const FileSignature& signature, const tuf::Key& key, std::string_view payload)
    {
        auto identity = reader.identity(key);
        if (!identity) {
            doubts_.push_back("key " + key.id.hex() + " is of type " + text::escaped(key.type, 40) +
                              ", which qpkg does not verify");
            return;
        }
        if (!reader.verifies(key, signature.bytes, payload)) {
            doubts_.push_back("the signature of key " + key.id.hex() + " does not match");
            return;
        }
        valid_.insert(*std::move(identity));
    }

    std::set<std::string> valid_; ///< distinct public keys, whatever their ids
    std::vector<std::string> doubts_;
};

/// Signatures that do not count are skipped: a junk entry must not block a good file.
void require_threshold(const Reader& reader, std::string_view bytes, const tuf::Keys& keys, const tuf::RoleKeys& role)
{
    const Tally tally(reader, reader.open(bytes), keys, role);
    if (tally.valid() < role.threshold) {
        throw Error(Code::untrusted, std::to_string(tally.valid()) + " of " + std::to_string(role.threshold) +
                                         " valid signatures" + tally.doubts());
    }
}

} // namespace

/// The only maker of Verified values.
class Verifier {
public:
    template <class T>
    static Verified<T> verify(const Reader& reader, std::string bytes, const tuf::Keys& keys, const tuf::RoleKeys& role,
                              T (Reader::*parse)(std::string_view) const)
    {
        require_threshold(reader, bytes, keys, role);
        auto value = (reader.*parse)(bytes);
        return {std::move(value), std::move(bytes)};
    }

    /// A root names the keys that sign it, so this one is parsed first; it is believed by its fingerprint alone.
    static Verified<tuf::Root> first_root(const Reader& reader, std::string bytes)
    {
        auto root = reader.root(bytes);
        require_threshold(reader, bytes, root.keys, root.root);
        return {std::move(root), std::move(bytes)};
    }
};

Verified<tuf::Root> verify_first_root(std::string bytes, const Reader& reader)
{
    return Verifier::first_root(reader, std::move(bytes));
}

Verified<tuf::Root> verify_next_root(const Verified<tuf::Root>& trusted, std::string bytes, const Reader& reader)
{
    const auto version = std::to_string(trusted->header.version);
    auto next = with_context("by the keys of root " + version, [&] {
        return Verifier::verify(reader, std::move(bytes), trusted->keys, trusted->root, &Reader::root);
    });
    with_context("by its own keys", [&] { require_threshold(reader, next.bytes(), next->keys, next->root); });
    return next;
}

Verified<tuf::Timestamp> verify_timestamp(const Verified<tuf::Root>& root, std::string bytes, const Reader& reader)
{
    return Verifier::verify(reader, std::move(bytes), root->keys, root->timestamp, &Reader::timestamp);
}

Verified<tuf::Snapshot> verify_snapshot(const Verified<tuf::Root>& root, std::string bytes, const Reader& reader)
{
    return Verifier::verify(reader, std::move(bytes), root->keys, root->snapshot, &Reader::snapshot);
}

Verified<tuf::Targets> verify_targets(const Verified<tuf::Root>& root, std::string bytes, const Reader& reader)
{
    return Verifier::verify(reader, std::move(bytes), root->keys, root->targets, &Reader::targets);
}

Verified<tuf::Targets> verify_publisher(const Verified<tuf::Targets>& parent, const tuf::Delegation& delegation,
                                        std::string bytes, const Reader& reader)
{
    return Verifier::verify(reader, std::move(bytes), parent->keys, delegation.keys, &Reader::targets);
}

std::vector<Digest> signing_key_ids(std::string_view bytes, const Reader& reader)
{
    std::vector<Digest> ids;
    try {
        for (const auto& signature : reader.open(bytes).signatures) {
            ids.push_back(signature.key_id);
        }
    } catch (const Error&) {
        ids.clear();
    }
    return ids;
}

std::string root_fingerprint(const tuf::RoleKeys& root_keys)
{
    auto ids = root_keys.key_ids;
    std::ranges::sort(ids);
    Array key_ids;
    for (const auto& id : ids) {
        key_ids.emplace_back(id.hex());
    }
    const Object identity{
        {"_type", "qpkg-root-fingerprint"}, {"keyids", std::move(key_ids)}, {"threshold", root_keys.threshold}};
    return sha256(canonical::encode(identity)).hex();
}

} // namespace qpkg::trust
