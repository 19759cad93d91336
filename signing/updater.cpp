// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/updater.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::trust {
namespace {

constexpr std::uint64_t most_new_roots = 1024;

std::string versioned(std::uint64_t version, const std::string& role)
{
    return "tuf/" + std::to_string(version) + "." + role + ".json";
}

std::string at_version(std::string_view what, std::uint64_t version)
{
    return std::string(what) + " " + std::to_string(version);
}

[[noreturn]] void fail_rollback(std::uint64_t found, std::uint64_t seen)
{
    throw Error(Code::untrusted, "version " + std::to_string(found) + " is older than version " + std::to_string(seen) +
                                     ", which was seen before");
}

/// 5.5.5: nothing in a newer snapshot may be older than before, or gone.
void require_no_rollback(const tuf::Snapshot& next, const tuf::Snapshot& trusted)
{
    if (next.header.version < trusted.header.version) {
        fail_rollback(next.header.version, trusted.header.version);
    }
    for (const auto& [role, info] : trusted.roles) {
        const auto found = next.roles.find(role);
        if (found == next.roles.end()) {
            throw Error(Code::untrusted, "role " + text::escaped(role, 80) + " has vanished from it");
        }
        if (found->second.version < info.version) {
            with_context("role " + text::escaped(role, 80),
                         [&] { fail_rollback(found->second.version, info.version); });
        }
    }
}

void require_version(const tuf::Header& header, std::uint64_t expected, std::string_view parent)
{
    if (header.version != expected) {
        throw Error(Code::untrusted, "is version " + std::to_string(header.version) + ", " + std::string(parent) +
                                         " names version " + std::to_string(expected));
    }
}

/// Explains a refusal when the file is signed by a key that its publisher had until now.
Error explain_withdrawn_key(const Reader& reader, const Error& refusal, const std::string& bytes,
                            const std::optional<TrustedRole>& before, const tuf::Delegation& delegation,
                            std::uint64_t parent_version)
{
    if (refusal.code() != Code::untrusted || !before) {
        return refusal;
    }
    const auto known = signing_key_ids(before->bytes, reader);
    for (const auto& id : signing_key_ids(bytes, reader)) {
        const bool was_known = std::ranges::find(known, id) != known.end();
        const auto& current = delegation.keys.key_ids;
        if (was_known && std::ranges::find(current, id) == current.end()) {
            return {Code::untrusted, std::string(refusal.what()) + "; key " + id.hex() + " was withdrawn by targets v" +
                                         std::to_string(parent_version)};
        }
    }
    return refusal;
}

/// The role as it is stored, when its signatures still count; rotated keys make it as if it were not there.
template <class Verify>
auto load_role(const TrustStore& store, const RepoName& repo, const std::string& role, const Verify& verify)
    -> std::optional<decltype(verify(std::string()))>
{
    const auto stored = store.trusted(repo, role);
    if (!stored) {
        return std::nullopt;
    }
    try {
        return verify(stored->bytes);
    } catch (const Error&) {
        return std::nullopt;
    }
}

template <class T>
bool is_as_named(const std::optional<Verified<T>>& role, const tuf::FileInfo& info)
{
    return role && (*role)->header.version == info.version && info.matches(role->bytes());
}

} // namespace

const Profile& strict_profile()
{
    static const Profile profile{.reader = strict_reader(),
                                 .on_expiry = OnExpiry::keep,
                                 .on_far_date = OnFarDate::refuse,
                                 .largest_root = tuf::largest_root,
                                 .largest_timestamp = tuf::largest_timestamp,
                                 .largest_snapshot = tuf::largest_snapshot,
                                 .largest_targets = tuf::largest_targets,
                                 .largest_delegated = tuf::largest_publisher,
                                 .most_roles = 1024};
    return profile;
}

Updater::Updater(TrustStore& store, RepoName repo, const Profile& profile, std::int64_t clock)
    : store_(store), repo_(std::move(repo)), profile_(profile), clock_(clock)
{
    const auto root = store_.trusted(repo_, "root");
    if (!root) {
        return;
    }
    root_ = with_context("trusted root of repository " + repo_.text(),
                         [&] { return verify_first_root(root->bytes, profile_.reader); });
    load_roles();
}

void Updater::load_roles()
{
    const auto load_one = [&](const std::string& role, auto verify) {
        return load_role(store_, repo_, role,
                         [&](const std::string& bytes) { return verify(*root_, bytes, profile_.reader); });
    };
    timestamp_ = load_one("timestamp", verify_timestamp);
    snapshot_ = load_one("snapshot", verify_snapshot);
    targets_ = load_one("targets", verify_targets);
}

void Updater::trust_root(const std::string& bytes)
{
    auto root = with_context("root of trust", [&] {
        auto first = verify_first_root(bytes, profile_.reader);
        require_plausible_expiry("root", first->header);
        return first;
    });
    store_.accept(repo_, {"root", root->header.version, root.bytes()});
    root_.emplace(std::move(root));
    load_roles();
}

const Verified<tuf::Root>& Updater::require_root() const
{
    if (!root_) {
        throw Error(Code::not_found, "repository " + repo_.text() + ": there is no root of trust for it",
                    "add it again and compare the fingerprint: qpkg repo add " + repo_.text() + " LOCATION");
    }
    return *root_;
}

void Updater::record(const std::string& what) { store_.record({clock_, repo_, what}); }

void Updater::require_fresh(const tuf::Header& header) const
{
    if (profile_.on_expiry == OnExpiry::refuse && header.expires <= now()) {
        throw Error(Code::untrusted,
                    "version " + std::to_string(header.version) + " expired on " + text::iso_time(header.expires));
    }
}

void Updater::refresh(Fetcher& fetcher, RefreshReport& report, Older older)
{
    require_root();
    update_root(fetcher, report);
    with_context("root.json", [&] { require_fresh((*root_)->header); });
    update_timestamp(fetcher, report, older);
    if (report.older) {
        return;
    }
    update_snapshot(fetcher, report);
    update_targets(fetcher, report);
}

void Updater::update_root(Fetcher& fetcher, RefreshReport& report)
{
    for (std::uint64_t fetched = 0;; ++fetched) {
        interrupt::throw_if_requested();
        const auto version = (*root_)->header.version + 1;
        auto bytes = fetcher.look_for(versioned(version, "root"), profile_.largest_root);
        if (!bytes) {
            return;
        }
        const auto file = std::to_string(version) + ".root.json";
        if (fetched == most_new_roots) {
            throw Error(Code::no_space,
                        file + ": too many root versions: more than " + std::to_string(most_new_roots) +
                            " after the one trusted here",
                        "get a bundle, or add the repository again");
        }
        with_context(file, [&] {
            auto next = verify_next_root(*root_, *std::move(bytes), profile_.reader);
            require_version(next->header, version, "its name");
            require_plausible_expiry("root", next->header);
            accept_root(std::move(next), report);
        });
    }
}

void Updater::accept_root(Verified<tuf::Root> next, RefreshReport& report)
{
    const auto& before = **root_;
    // Fast-forward recovery, 5.3.11. Before the new root is stored: after a crash the comparison could not be made
    // again.
    if (next->timestamp != before.timestamp || next->snapshot != before.snapshot) {
        store_.forget(repo_, "timestamp");
        store_.forget(repo_, "snapshot");
        // A thief of the timestamp's key may have run ahead with the time as with the versions.
        store_.forget_issued(repo_);
        fault_point("trust.forget");
        report.notes.push_back(at_version("keys of timestamp or snapshot were changed by root", next->header.version));
        record(report.notes.back());
    }
    store_.accept(repo_, {"root", next->header.version, next.bytes()});
    fault_point("trust.accept");
    report.changed = true;
    root_.emplace(std::move(next));
    // What the former keys signed may not be what the new ones sign.
    load_roles();
}

template <class T>
void Updater::accept(const std::string& role, const Verified<T>& metadata, RefreshReport& report)
{
    require_fresh(metadata->header);
    require_plausible_expiry(role, metadata->header);
    store_.accept(repo_, {role, metadata->header.version, metadata.bytes()});
    fault_point("trust.accept");
    report.changed = true;
}

void Updater::update_timestamp(Fetcher& fetcher, RefreshReport& report, Older older)
{
    auto bytes = fetcher.get("tuf/timestamp.json", profile_.largest_timestamp);
    if (!bytes) {
        throw Error(Code::failed, "tuf/timestamp.json: not there",
                    "is the location the directory that `qpkg publish` wrote?");
    }
    with_context("timestamp.json", [&] {
        if (!timestamp_ || timestamp_->bytes() != *bytes) {
            accept_timestamp(*std::move(bytes), report, older);
        }
        require_fresh((*timestamp_)->header);
    });
    if (store_.newest_issued(repo_) < (*timestamp_)->issued) {
        store_.raise_issued(repo_, (*timestamp_)->issued);
        fault_point("trust.issued");
    }
}

void Updater::accept_timestamp(std::string bytes, RefreshReport& report, Older older)
{
    auto next = verify_timestamp(*root_, std::move(bytes), profile_.reader);
    if (next->issued > next->header.expires) {
        throw Error(Code::corrupt, "qpkg_issued is after expires");
    }
    require_plausible("says it was signed on", next->issued);
    const auto* trusted = timestamp_ ? &**timestamp_ : nullptr;
    if (trusted != nullptr && next->header.version < trusted->header.version) {
        if (older == Older::refuse) {
            fail_rollback(next->header.version, trusted->header.version);
        }
        report.older = true;
        return;
    }
    if (trusted != nullptr && next->header.version == trusted->header.version) {
        if (*next != *trusted) {
            report.notes.push_back(
                at_version("the repository serves another timestamp of version", trusted->header.version) +
                "; the one seen first is kept");
            record(report.notes.back());
        }
        return;
    }
    if (trusted != nullptr && next->snapshot.version < trusted->snapshot.version) {
        with_context("snapshot", [&] { fail_rollback(next->snapshot.version, trusted->snapshot.version); });
    }
    accept("timestamp", next, report);
    timestamp_.emplace(std::move(next));
}

std::string Updater::fetch_pinned(Fetcher& fetcher, const std::string& role, const tuf::FileInfo& info,
                                  std::uint64_t cap) const
{
    const auto length = info.length.value_or(cap);
    if (length > cap) {
        throw Error(Code::no_space, std::to_string(length) + " bytes, allowed are " + std::to_string(cap));
    }
    interrupt::throw_if_requested();
    auto bytes =
        fetcher.get((*root_)->consistent_snapshot ? versioned(info.version, role) : "tuf/" + role + ".json", length);
    if (!bytes) {
        throw Error(Code::failed, at_version("not there, expected version", info.version));
    }
    if (!info.matches(*bytes)) {
        throw Error(Code::corrupt,
                    at_version("the bytes are not those that signed metadata names for version", info.version));
    }
    return *std::move(bytes);
}

void Updater::update_snapshot(Fetcher& fetcher, RefreshReport& report)
{
    const auto& info = (*timestamp_)->snapshot;
    with_context("snapshot.json", [&] {
        if (!is_as_named(snapshot_, info)) {
            auto next = verify_snapshot(*root_, fetch_pinned(fetcher, "snapshot", info, profile_.largest_snapshot),
                                        profile_.reader);
            require_version(next->header, info.version, "timestamp.json");
            if (snapshot_) {
                require_no_rollback(*next, **snapshot_);
            }
            accept("snapshot", next, report);
            snapshot_.emplace(std::move(next));
        }
        require_fresh((*snapshot_)->header);
    });
}

void Updater::update_targets(Fetcher& fetcher, RefreshReport& report)
{
    const auto& info = (*snapshot_)->roles.at("targets");
    with_context("targets.json", [&] {
        if (!is_as_named(targets_, info)) {
            auto next = verify_targets(*root_, fetch_pinned(fetcher, "targets", info, profile_.largest_targets),
                                       profile_.reader);
            require_version(next->header, info.version, "snapshot.json");
            accept("targets", next, report);
            targets_.emplace(std::move(next));
        }
        require_fresh((*targets_)->header);
    });
}

std::optional<Verified<tuf::Targets>> Updater::kept(const Verified<tuf::Targets>& parent,
                                                    const tuf::Delegation& delegation) const
{
    return load_role(store_, repo_, delegation.name, [&](const std::string& bytes) {
        return verify_publisher(parent, delegation, bytes, profile_.reader);
    });
}

std::optional<Verified<tuf::Targets>> Updater::stored(const Verified<tuf::Targets>& parent,
                                                      const tuf::Delegation& delegation) const
{
    const auto info = (*snapshot_)->roles.find(delegation.name);
    auto role = kept(parent, delegation);
    return info != (*snapshot_)->roles.end() && is_as_named(role, info->second) ? std::move(role) : std::nullopt;
}

Verified<tuf::Targets> Updater::delegated(const Verified<tuf::Targets>& parent, const tuf::Delegation& delegation,
                                          Fetcher& fetcher, RefreshReport& report)
{
    return with_context(text::escaped(delegation.name, 80) + ".json", [&] {
        const auto info = (*snapshot_)->roles.find(delegation.name);
        if (info == (*snapshot_)->roles.end()) {
            throw Error(Code::corrupt, "snapshot.json does not list it");
        }
        if (auto here = stored(parent, delegation)) {
            require_fresh((*here)->header);
            return *std::move(here);
        }
        const auto bytes = fetch_pinned(fetcher, delegation.name, info->second, profile_.largest_delegated);
        auto next = [&] {
            try {
                return verify_publisher(parent, delegation, bytes, profile_.reader);
            } catch (const Error& error) {
                throw explain_withdrawn_key(profile_.reader, error, bytes, store_.trusted(repo_, delegation.name),
                                            delegation, parent->header.version);
            }
        }();
        require_version(next->header, info->second.version, "snapshot.json");
        accept(delegation.name, next, report);
        return next;
    });
}

} // namespace qpkg::trust
