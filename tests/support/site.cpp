// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/site.hpp"

#include "repo-format/repo/envelope.hpp"
#include "repo-format/repo/manifest.hpp"
#include "signing/sign.hpp"
#include "signing/verify.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::testing {
namespace {

tuf::Keys keys_of(const std::vector<std::string>& names)
{
    tuf::Keys keys;
    for (const auto& name : names) {
        const auto key = tuf::make_key(a_key(name).public_key().bytes());
        keys.emplace(key.id, key);
    }
    return keys;
}

tuf::Header header(std::int64_t days) { return {.version = 1, .expires = Site::start + days * Site::day, .extra = {}}; }

tuf::FileInfo info_of(std::uint64_t version, const std::string& bytes)
{
    return {version, bytes.size(), sha256(bytes)};
}

const tuf::FileInfo nothing_yet{1, 0, sha256("")};

} // namespace

trust::SecretKey a_key(std::string_view name) { return trust::SecretKey::from_seed(sha256(name).bytes()); }

std::string resigned(const std::string& file, const std::string& from, const std::string& to,
                     const std::vector<std::string>& signers)
{
    std::string payload(envelope::scan(file).payload);
    const auto at = payload.find(from);
    if (at == std::string::npos) {
        throw Error(Code::bug, "the payload has no " + from);
    }
    payload.replace(at, from.size(), to);
    std::vector<trust::SecretKey> keys;
    for (const auto& name : signers) {
        keys.push_back(a_key(name));
    }
    return trust::sign_file(payload, trust::Signers(keys.begin(), keys.end()));
}

tuf::RoleKeys role_keys(const std::vector<std::string>& names, std::uint64_t threshold)
{
    tuf::RoleKeys role{.key_ids = {}, .threshold = threshold};
    for (const auto& name : names) {
        role.key_ids.push_back(a_key(name).public_key().id());
    }
    return role;
}

Site::Site()
    : signers{{"root", {"root-1", "root-2"}},
              {"targets", {"targets-1", "targets-2"}},
              {"snapshot", {"snapshot"}},
              {"timestamp", {"timestamp"}},
              {"demo", {"demo"}}},
      root{.header = header(540),
           .keys =
               keys_of({"root-1", "root-2", "root-3", "targets-1", "targets-2", "targets-3", "snapshot", "timestamp"}),
           .root = role_keys({"root-1", "root-2", "root-3"}, 2),
           .targets = role_keys({"targets-1", "targets-2", "targets-3"}, 2),
           .snapshot = role_keys({"snapshot"}, 1),
           .timestamp = role_keys({"timestamp"}, 1)},
      targets{.header = header(365), .targets = {}, .keys = {}, .delegations = {}}, snapshot{.header = header(30),
                                                                                             .roles = {}},
      timestamp{.header = header(14), .issued = start, .snapshot = nothing_yet}
{
    delegate("demo", {"org.example"});
    write_root();
    write_publisher("demo");
    write_targets();
    write_snapshot();
    write_timestamp();
}

std::optional<std::string> Site::get(const std::string& path, std::uint64_t cap)
{
    asked.push_back(path);
    const auto found = files.find(path);
    if (found == files.end()) {
        return std::nullopt;
    }
    if (found->second.size() > cap) {
        throw Error(Code::no_space, path + ": larger than the " + std::to_string(cap) + " bytes allowed");
    }
    return found->second;
}

void Site::get_many(std::span<const FetchRequest> requests, FetchSink& sink)
{
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (const auto bytes = get(requests[i].path, requests[i].cap)) {
            sink.data(i, as_bytes(*bytes));
            sink.complete(i);
        } else {
            sink.absent(i);
        }
    }
}

void Site::add(const Release& release, const std::string& publisher)
{
    const auto bytes = encode_manifest(release);
    const auto path = target_path(release.app, release.arch, release.channel, release.sequence);
    files[target_file(path, sha256(bytes))] = bytes;
    publishers.at(publisher).targets.insert_or_assign(path, tuf::Target{.length = bytes.size(),
                                                                        .sha256 = sha256(bytes),
                                                                        .custom = {{"base", release.base.text()},
                                                                                   {"channel", release.channel.text()},
                                                                                   {"sequence", release.sequence},
                                                                                   {"summary", release.summary},
                                                                                   {"version", release.version}}});
}

void Site::delegate(const std::string& publisher, std::vector<std::string> namespaces)
{
    signers.try_emplace(publisher, std::vector<std::string>{publisher});
    targets.keys.merge(keys_of(signers.at(publisher)));
    targets.delegations.push_back(
        {.name = publisher, .keys = role_keys(signers.at(publisher), 1), .namespaces = std::move(namespaces)});
    publishers.try_emplace(publisher,
                           tuf::Targets{.header = header(180), .targets = {}, .keys = {}, .delegations = {}});
}

std::string Site::sign(const std::string& role, const std::string& payload) const
{
    std::vector<trust::SecretKey> keys;
    for (const auto& name : signers.at(role)) {
        keys.push_back(a_key(name));
    }
    return trust::sign_file(payload, trust::Signers(keys.begin(), keys.end()));
}

void Site::write_root()
{
    files["tuf/" + std::to_string(root.header.version) + ".root.json"] = sign("root", tuf::encode(root));
}

void Site::write_targets()
{
    const auto bytes = sign("targets", tuf::encode(targets));
    files["tuf/" + std::to_string(targets.header.version) + ".targets.json"] = bytes;
    snapshot.roles.insert_or_assign("targets", info_of(targets.header.version, bytes));
}

void Site::write_publisher(const std::string& publisher)
{
    const auto& role = publishers.at(publisher);
    const auto bytes = sign(publisher, tuf::encode(role));
    files["tuf/" + std::to_string(role.header.version) + "." + publisher + ".json"] = bytes;
    snapshot.roles.insert_or_assign(publisher, info_of(role.header.version, bytes));
}

void Site::write_snapshot()
{
    const auto bytes = sign("snapshot", tuf::encode(snapshot));
    files["tuf/" + std::to_string(snapshot.header.version) + ".snapshot.json"] = bytes;
    timestamp.snapshot = info_of(snapshot.header.version, bytes);
}

void Site::write_targets_not_terminating()
{
    const auto path = "tuf/" + std::to_string(targets.header.version) + ".targets.json";
    auto& file = files.at(path);
    file = resigned(file, R"("terminating":true)", R"("terminating":false)", signers.at("targets"));
    snapshot.roles.at("targets") = info_of(targets.header.version, file);
    write_snapshot();
    write_timestamp();
}

void Site::write_timestamp() { files["tuf/timestamp.json"] = sign("timestamp", tuf::encode(timestamp)); }

void Site::publish()
{
    for (auto& [name, role] : publishers) {
        ++role.header.version;
        write_publisher(name);
    }
    ++targets.header.version;
    write_targets();
    ++snapshot.header.version;
    write_snapshot();
    ++timestamp.header.version;
    write_timestamp();
}

Repository Site::repository() const
{
    return {.name = RepoName::require("demo"),
            .location = "memory",
            .fingerprint = fingerprint(),
            .namespaces = {"org.example"},
            .offline_grace = 7 * day};
}

std::string Site::fingerprint() const { return trust::root_fingerprint(root); }

} // namespace qpkg::testing
