// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outside/tuf_client/lenient/reader.hpp"

#include "outside/tuf_client/lenient/canonicaliser.hpp"
#include "outside/tuf_client/lenient/foreign_key.hpp"
#include "repo-format/repo/fields.hpp"
#include "repo-format/repo/time_text.hpp"
#include "signing/key.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>

namespace qpkg::trust {
namespace {

using canonical::Fields;
using canonical::Object;

// What python-tuf allows by default.
constexpr std::uint64_t largest_root = 512'000;
constexpr std::uint64_t largest_timestamp = 16'384;
constexpr std::uint64_t largest_snapshot = 2'000'000;
constexpr std::uint64_t largest_targets = 5'000'000;
constexpr std::size_t most_signatures = 256;
constexpr std::size_t longest_role_name = 200;

/// Key ids of others are any text: those that look like ours stay as they are, so that messages show them.
Digest id_of(const std::string& text) { return Digest::from_hex(text).value_or(sha256("key id " + text)); }

/// Nothing for what is not hex of whole bytes.
std::optional<std::string> from_hex(std::string_view text)
{
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
    };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        if (digit(text[i]) < 0 || digit(text[i + 1]) < 0) {
            return std::nullopt;
        }
        bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
    }
    return text.size() % 2 == 0 ? std::optional(bytes) : std::nullopt;
}

/// "1", "1.0", "1.0.34": numbers between dots, the first of them 1.
bool is_first_specification(std::string_view version)
{
    const auto parts = text::split(version, '.');
    return parts.size() <= 3 && parts.front() == "1" && std::ranges::all_of(parts, [](const std::string& part) {
               return !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
           });
}

Fields signed_fields(std::string_view file, std::string_view type)
{
    Fields fields(canonicalise(file, largest_targets).signed_part.value, "");
    const auto found = fields.text("_type");
    if (found != type) {
        throw Error(Code::corrupt, "is a " + text::escaped(found, 40) + ", expected " + std::string(type));
    }
    const auto version = fields.text("spec_version");
    if (!is_first_specification(version)) {
        throw Error(Code::unsupported, "written for TUF " + text::escaped(version, 40) + ", this qpkg reads 1");
    }
    return fields;
}

tuf::Header take_header(Fields& fields)
{
    const auto version = fields.number("version");
    const auto text = fields.text("expires");
    const auto expires = parse_utc_time(text);
    if (version == 0) {
        fields.fail("version", "0, versions begin with 1");
    }
    if (!expires) {
        fields.fail("expires", "\"" + text::escaped(text, 80) + "\" is not a time such as 2026-11-20T17:03:00Z");
    }
    return {.version = version, .expires = *expires, .extra = {}};
}

std::vector<std::string> take_texts(Fields& fields, std::string_view name)
{
    std::vector<std::string> texts;
    for (const auto& element : fields.array(name)) {
        const auto* text = element.get_if<std::string>();
        if (text == nullptr) {
            fields.fail(name, "expected strings");
        }
        texts.push_back(*text);
    }
    return texts;
}

tuf::Keys take_keys(Fields fields)
{
    tuf::Keys keys;
    const Object listed = fields.remaining();
    for (const auto& [text, value] : listed) {
        auto members = std::move(fields.object(text)).rest();
        Fields copy(members, "keys." + text::escaped(text, 80));
        tuf::Key key{.id = id_of(text), .type = copy.text("keytype"), .ed25519 = std::nullopt, .members = members};
        if (key.type == "ed25519" && copy.text("scheme") == "ed25519") {
            if (const auto bytes = Digest::from_hex(copy.object("keyval").text("public"))) {
                key.ed25519 = bytes->bytes();
            }
        }
        keys.emplace(key.id, std::move(key));
    }
    return keys;
}

/// Ids without a key are left out: they can never count, as the threshold goes on to say.
tuf::RoleKeys take_role_keys(Fields fields, const tuf::Keys& keys)
{
    tuf::RoleKeys role{.key_ids = {}, .threshold = fields.number("threshold")};
    for (const auto& text : take_texts(fields, "keyids")) {
        if (const auto id = id_of(text); keys.contains(id)) {
            role.key_ids.push_back(id);
        }
    }
    if (role.threshold == 0) {
        fields.fail("threshold", "0, one signature is the least");
    }
    return role;
}

/// One hash is enough, and it must be one that is checked here.
Digest take_sha256(Fields fields) { return fields.digest("sha256"); }

tuf::FileInfo take_file_info(Fields fields)
{
    tuf::FileInfo info{.version = fields.number("version"), .length = std::nullopt, .sha256 = std::nullopt};
    if (fields.has("length")) {
        info.length = fields.number("length");
    }
    if (fields.has("hashes")) {
        info.sha256 = take_sha256(fields.object("hashes"));
    }
    if (info.version == 0) {
        fields.fail("version", "0, versions begin with 1");
    }
    return info;
}

/// Role names of others become file names, percent-encoded; these would be the files of the top-level roles.
void check_role_name(const Fields& fields, const std::string& name)
{
    constexpr std::array<std::string_view, 4> top_level{"root", "timestamp", "snapshot", "targets"};
    if (name.empty() || name.size() > longest_role_name || std::ranges::find(top_level, name) != top_level.end()) {
        fields.fail("name", "\"" + text::escaped(name, 80) + "\" cannot be the name of a delegated role");
    }
}

tuf::Delegation take_delegation(Fields fields, const tuf::Keys& keys)
{
    tuf::Delegation role{
        .name = fields.text("name"), .keys = {}, .namespaces = {}, .terminating = fields.flag("terminating")};
    check_role_name(fields, role.name);
    if (fields.has("paths") == fields.has("path_hash_prefixes")) {
        fields.fail("paths", "one of paths and path_hash_prefixes must be there, and not both");
    }
    if (fields.has("paths")) {
        role.patterns = take_texts(fields, "paths");
    } else {
        role.hash_prefixes = take_texts(fields, "path_hash_prefixes");
    }
    role.keys = take_role_keys(std::move(fields), keys);
    return role;
}

void take_delegations(Fields fields, tuf::Targets& into)
{
    into.keys = take_keys(fields.object("keys"));
    for (auto& role : fields.array("roles")) {
        const auto where = "delegations.roles[" + std::to_string(into.delegations.size()) + "]";
        auto delegation = take_delegation({std::move(role), where}, into.keys);
        if (std::ranges::find(into.delegations, delegation.name, &tuf::Delegation::name) != into.delegations.end()) {
            throw Error(Code::corrupt, where + ": role " + text::escaped(delegation.name, 80) + " is there twice");
        }
        into.delegations.push_back(std::move(delegation));
    }
}

std::optional<FileSignature> take_signature(Fields fields)
{
    const auto id = id_of(fields.text("keyid"));
    // Empty: a place that was left for somebody who has not signed yet.
    auto bytes = from_hex(fields.text("sig"));
    return bytes && !bytes->empty() ? std::optional(FileSignature{id, *std::move(bytes)}) : std::nullopt;
}

class LenientReader final : public Reader {
public:
    SignedFile open(std::string_view file) const override
    {
        auto read = canonicalise(file, largest_targets);
        SignedFile found{.signatures = {}, .payload = std::move(read.signed_part.canonical)};
        const auto* listed = read.signatures.get_if<canonical::Array>();
        if (listed == nullptr || listed->size() > most_signatures) {
            throw Error(Code::corrupt, "signatures: expected a list of at most " + std::to_string(most_signatures));
        }
        for (const auto& entry : *listed) {
            auto signature = take_signature({entry, "signatures"});
            if (!signature) {
                continue;
            }
            const auto same = [&](const FileSignature& other) { return other.key_id == signature->key_id; };
            if (std::ranges::any_of(found.signatures, same)) {
                throw Error(Code::corrupt, "key " + signature->key_id.hex() + " signs twice");
            }
            found.signatures.push_back(*std::move(signature));
        }
        return found;
    }

    tuf::Root root(std::string_view file) const override
    {
        auto fields = signed_fields(file, "root");
        tuf::Root root{.header = take_header(fields),
                       .consistent_snapshot = fields.has("consistent_snapshot") && fields.flag("consistent_snapshot"),
                       .keys = take_keys(fields.object("keys")),
                       .root = {},
                       .targets = {},
                       .snapshot = {},
                       .timestamp = {}};
        auto roles = fields.object("roles");
        root.root = take_role_keys(roles.object("root"), root.keys);
        root.targets = take_role_keys(roles.object("targets"), root.keys);
        root.snapshot = take_role_keys(roles.object("snapshot"), root.keys);
        root.timestamp = take_role_keys(roles.object("timestamp"), root.keys);
        return root;
    }

    tuf::Timestamp timestamp(std::string_view file) const override
    {
        auto fields = signed_fields(file, "timestamp");
        auto header = take_header(fields);
        auto meta = fields.object("meta");
        return {.header = std::move(header), .issued = 0, .snapshot = take_file_info(meta.object("snapshot.json"))};
    }

    tuf::Snapshot snapshot(std::string_view file) const override
    {
        constexpr std::string_view ending = ".json";
        auto fields = signed_fields(file, "snapshot");
        tuf::Snapshot snapshot{.header = take_header(fields), .roles = {}};
        auto meta = fields.object("meta");
        const Object listed = meta.remaining();
        for (const auto& [name, info] : listed) {
            if (!name.ends_with(ending)) {
                meta.fail(name, "not the name of a metadata file");
            }
            snapshot.roles.emplace(name.substr(0, name.size() - ending.size()), take_file_info(meta.object(name)));
        }
        if (!snapshot.roles.contains("targets")) {
            meta.fail("targets.json", "missing");
        }
        return snapshot;
    }

    tuf::Targets targets(std::string_view file) const override
    {
        auto fields = signed_fields(file, "targets");
        tuf::Targets role{.header = take_header(fields), .targets = {}, .keys = {}, .delegations = {}};
        auto targets = fields.object("targets");
        const Object listed = targets.remaining();
        for (const auto& [path, value] : listed) {
            try {
                auto target = targets.object(path);
                const auto length = target.number("length");
                role.targets.emplace(
                    path, tuf::Target{.length = length, .sha256 = take_sha256(target.object("hashes")), .custom = {}});
            } catch (const Error& error) {
                // It cannot be had, and is no reason to do without the others.
                role.unusable.emplace(path, error.what());
            }
        }
        if (fields.has("delegations")) {
            take_delegations(fields.object("delegations"), role);
        }
        return role;
    }

    std::optional<std::string> identity(const tuf::Key& key) const override
    {
        return key.ed25519 ? strict_reader().identity(key) : foreign_identity(key);
    }

    bool verifies(const tuf::Key& key, std::string_view signature, std::string_view message) const override
    {
        return key.ed25519 ? strict_reader().verifies(key, signature, message)
                           : foreign_verifies(key, signature, message);
    }
};

} // namespace

const Profile& lenient_profile()
{
    static const LenientReader reader;
    static const Profile profile{.reader = reader,
                                 .on_expiry = OnExpiry::refuse,
                                 .on_far_date = OnFarDate::keep,
                                 .largest_root = largest_root,
                                 .largest_timestamp = largest_timestamp,
                                 .largest_snapshot = largest_snapshot,
                                 .largest_targets = largest_targets,
                                 .largest_delegated = largest_targets,
                                 .most_roles = 32};
    return profile;
}

} // namespace qpkg::trust
