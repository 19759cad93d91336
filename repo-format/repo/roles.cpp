// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/roles.hpp"

#include "repo-format/repo/role_fields.hpp"

#include "qpkg/core/text.hpp"
#include "qpkg/model/id.hpp"

namespace qpkg::tuf {

using canonical::Fields;
using canonical::Object;

namespace {

constexpr std::string_view file_ending = ".json";
constexpr std::string_view snapshot_file = "snapshot.json";

/// "debian-apps" of "debian-apps.json".
std::string role_of_file(const Fields& fields, std::string_view file)
{
    const auto name = file.ends_with(file_ending) ? file.substr(0, file.size() - file_ending.size()) : "";
    if (name != "targets" && !is_publisher_name(name)) {
        fields.fail(file, "not the name of a targets role");
    }
    return std::string(name);
}

} // namespace

bool FileInfo::matches(std::string_view bytes) const
{
    return (!length || *length == bytes.size()) && (!sha256 || *sha256 == qpkg::sha256(bytes));
}

Root parse_root(std::string_view payload)
{
    auto fields = open_role(payload, largest_root, "root");
    auto header = take_header(fields);
    if (!fields.flag("consistent_snapshot")) {
        fields.fail("consistent_snapshot", "false, qpkg repositories always use it");
    }
    auto keys = take_keys(fields.object("keys"));
    auto roles = fields.object("roles");
    const auto role = [&](std::string_view name) {
        auto role_fields = roles.object(name);
        return take_role_keys(role_fields, keys);
    };
    Root root{.header = std::move(header),
              .consistent_snapshot = true,
              .keys = {},
              .root = role("root"),
              .targets = role("targets"),
              .snapshot = role("snapshot"),
              .timestamp = role("timestamp")};
    root.keys = std::move(keys);
    keep_rest(root.header, std::move(fields));
    return root;
}

std::string encode(const Root& root)
{
    auto object = encode_header(root.header, "root");
    object.insert_or_assign("consistent_snapshot", true);
    object.insert_or_assign("keys", encode_keys(root.keys));
    object.insert_or_assign("roles", Object{{"root", encode_role_keys(root.root)},
                                            {"targets", encode_role_keys(root.targets)},
                                            {"snapshot", encode_role_keys(root.snapshot)},
                                            {"timestamp", encode_role_keys(root.timestamp)}});
    return canonical::encode(object);
}

Timestamp parse_timestamp(std::string_view payload)
{
    auto fields = open_role(payload, largest_timestamp, "timestamp");
    auto header = take_header(fields);
    const auto issued = take_time(fields, "qpkg_issued");
    auto meta = fields.object("meta");
    Timestamp timestamp{
        .header = std::move(header), .issued = issued, .snapshot = take_file_info(meta.object(snapshot_file))};
    keep_rest(timestamp.header, std::move(fields));
    return timestamp;
}

std::string encode(const Timestamp& timestamp)
{
    auto object = encode_header(timestamp.header, "timestamp");
    object.insert_or_assign("qpkg_issued", text::iso_time(timestamp.issued));
    object.insert_or_assign("meta", Object{{std::string(snapshot_file), encode_file_info(timestamp.snapshot)}});
    return canonical::encode(object);
}

Snapshot parse_snapshot(std::string_view payload)
{
    auto fields = open_role(payload, largest_snapshot, "snapshot");
    Snapshot snapshot{.header = take_header(fields), .roles = {}};
    auto meta = fields.object("meta");
    const Object listed = meta.remaining();
    for (const auto& [file, info] : listed) {
        snapshot.roles.emplace(role_of_file(meta, file), take_file_info(meta.object(file)));
    }
    if (!snapshot.roles.contains("targets")) {
        meta.fail("targets.json", "missing");
    }
    keep_rest(snapshot.header, std::move(fields));
    return snapshot;
}

std::string encode(const Snapshot& snapshot)
{
    Object meta;
    for (const auto& [role, info] : snapshot.roles) {
        meta.emplace(role + std::string(file_ending), encode_file_info(info));
    }
    auto object = encode_header(snapshot.header, "snapshot");
    object.insert_or_assign("meta", std::move(meta));
    return canonical::encode(object);
}

bool is_publisher_name(std::string_view name)
{
    return RepoName::parse(name) && name != "root" && name != "targets" && name != "snapshot" && name != "timestamp";
}

} // namespace qpkg::tuf
