// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/role_fields.hpp"

#include "repo-format/repo/time_text.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::tuf {

using canonical::Array;
using canonical::Fields;
using canonical::Object;

namespace {

constexpr std::uint64_t largest_threshold = 16;

/// "1.0." and the digits of a patch release.
bool is_our_specification(std::string_view version)
{
    constexpr std::string_view series = "1.0.";
    return version.starts_with(series) && version.size() > series.size() &&
           version.find_first_not_of("0123456789", series.size()) == std::string_view::npos;
}

} // namespace

Key make_key(const std::array<std::uint8_t, 32>& ed25519)
{
    Object members{{"keytype", "ed25519"}, {"keyval", Object{{"public", to_hex(ed25519)}}}, {"scheme", "ed25519"}};
    const auto id = sha256(canonical::encode(members));
    return {.id = id, .type = "ed25519", .ed25519 = ed25519, .members = std::move(members)};
}

Fields open_role(std::string_view payload, std::size_t cap, std::string_view type)
{
    Fields fields(canonical::parse(payload, cap), "");
    const auto found = fields.text("_type");
    if (found != type) {
        throw Error(Code::corrupt, "is a " + text::escaped(found, 40) + ", expected " + std::string(type));
    }
    const auto version = fields.text("spec_version");
    if (!is_our_specification(version)) {
        throw Error(Code::unsupported, "written for TUF " + text::escaped(version, 40) + ", this qpkg reads 1.0");
    }
    return fields;
}

Header take_header(Fields& fields)
{
    Header header{.version = fields.number("version"), .expires = take_time(fields, "expires"), .extra = {}};
    if (header.version == 0) {
        fields.fail("version", "0, versions begin with 1");
    }
    return header;
}

void keep_rest(Header& header, Fields fields) { header.extra = std::move(fields).rest(); }

Object encode_header(const Header& header, std::string_view type)
{
    Object object = header.extra;
    object.insert_or_assign("_type", std::string(type));
    object.insert_or_assign("spec_version", "1.0.34");
    object.insert_or_assign("version", header.version);
    object.insert_or_assign("expires", text::iso_time(header.expires));
    return object;
}

std::int64_t take_time(Fields& fields, std::string_view name)
{
    const auto text = fields.text(name);
    if (const auto time = parse_utc_time(text)) {
        return *time;
    }
    fields.fail(name, "\"" + text::escaped(text, 80) + "\" is not a time such as 2026-11-20T17:03:00Z");
}

Key take_key(const std::string& listed_id, Fields fields)
{
    Object members = fields.remaining();
    const auto id = sha256(canonical::encode(members));
    if (listed_id != id.hex()) {
        throw Error(Code::corrupt,
                    "key id " + text::escaped(listed_id, 80) + " is not the hash of its key, which is " + id.hex());
    }
    Key key{.id = id, .type = fields.text("keytype"), .ed25519 = std::nullopt, .members = std::move(members)};
    auto value = fields.object("keyval");
    if (key.type == "ed25519" && fields.text("scheme") == "ed25519") {
        key.ed25519 = value.digest("public").bytes();
    }
    return key;
}

Keys take_keys(Fields fields)
{
    Keys keys;
    const Object listed = fields.remaining();
    for (const auto& [id, value] : listed) {
        auto key = take_key(id, fields.object(id));
        keys.emplace(key.id, std::move(key));
    }
    return keys;
}

Object encode_keys(const Keys& keys)
{
    Object object;
    for (const auto& [id, key] : keys) {
        object.emplace(id.hex(), key.members);
    }
    return object;
}

RoleKeys take_role_keys(Fields& fields, const Keys& keys)
{
    RoleKeys role{.key_ids = {}, .threshold = fields.number("threshold")};
    std::set<std::array<std::uint8_t, 32>> seen;
    for (const auto& element : fields.array("keyids")) {
        const auto* hex = element.get_if<std::string>();
        const auto id = hex == nullptr ? std::nullopt : Digest::from_hex(*hex);
        const auto key = id ? keys.find(*id) : keys.end();
        if (key == keys.end()) {
            fields.fail("keyids", "names a key that is not among the keys");
        }
        const bool listed = std::ranges::find(role.key_ids, *id) != role.key_ids.end();
        if (listed || (key->second.ed25519 && !seen.insert(*key->second.ed25519).second)) {
            throw Error(Code::untrusted,
                        fields.where_of("keyids") + ": one public key is listed twice, as " + id->hex());
        }
        role.key_ids.push_back(*id);
    }
    if (role.threshold == 0 || role.threshold > largest_threshold || role.threshold > role.key_ids.size()) {
        fields.fail("threshold", std::to_string(role.threshold) + " of " + std::to_string(role.key_ids.size()) +
                                     " keys, expected 1 to the number of keys, at most 16");
    }
    return role;
}

Object encode_role_keys(const RoleKeys& role)
{
    auto ids = role.key_ids;
    std::ranges::sort(ids);
    Array key_ids;
    for (const auto& id : ids) {
        key_ids.emplace_back(id.hex());
    }
    return {{"keyids", std::move(key_ids)}, {"threshold", role.threshold}};
}

FileInfo take_file_info(Fields fields)
{
    FileInfo info{
        .version = fields.number("version"), .length = fields.number("length"), .sha256 = take_hashes(fields)};
    if (info.version == 0) {
        fields.fail("version", "0, versions begin with 1");
    }
    return info;
}

Object encode_file_info(const FileInfo& info)
{
    return {{"version", info.version},
            {"length", info.length.value()},
            {"hashes", Object{{"sha256", info.sha256.value().hex()}}}};
}

Digest take_hashes(Fields& fields) { return fields.object("hashes").digest("sha256"); }

} // namespace qpkg::tuf
