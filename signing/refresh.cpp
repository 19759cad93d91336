// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/client.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/fault.hpp"
#include "qpkg/base/interrupt.hpp"
#include "qpkg/base/text.hpp"

#include <algorithm>

/// Sections 5.2 to 5.6 of the specification, in its order, each role durable before the next is asked for.
namespace qpkg::trust {
namespace {

constexpr std::uint64_t most_new_roots = 1024;

std::string root_file(std::uint64_t version) { return "tuf/" + std::to_string(version) + ".root.json"; }

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
            throw Error(Code::untrusted, "role " + role + " has vanished from it");
        }
        if (found->second.version < info.version) {
            with_context("role " + role, [&] { fail_rollback(found->second.version, info.version); });
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
Error explain_withdrawn_key(const Error& refusal, const std::string& bytes, const std::optional<TrustedRole>& before,
                            const tuf::Delegation& delegation, std::uint64_t parent_version)
{
    if (refusal.code() != Code::untrusted || !before) {
        return refusal;
    }
    const auto known = signing_key_ids(before->bytes);
    for (const auto& id : signing_key_ids(bytes)) {
        const bool was_known = std::ranges::find(known, id) != known.end();
        const auto& current = delegation.keys.key_ids;
        if (was_known && std::ranges::find(current, id) == current.end()) {
            return {Code::untrusted, std::string(refusal.what()) + "; key " + id.hex() + " was withdrawn by targets v" +
                                         std::to_string(parent_version)};
        }
    }
    return refusal;
}

} // namespace

RefreshReport TrustClient::refresh(Fetcher& fetcher)
{
    RefreshReport report;
    try {
        with_context("repository " + repository_.name.text(), [&] { update(fetcher, report); });
    } catch (const Error& error) {
        if (error.code() == Code::untrusted || error.code() == Code::corrupt) {
            record("refused: " + std::string(error.what()));
        }
        throw;
    }
    report.root_version = require_root()->header.version;
    report.timestamp_version = (*timestamp_)->header.version;
    return report;
}

void TrustClient::update(Fetcher& fetcher, RefreshReport& report)
{
    require_root();
    update_root(fetcher, report);
    update_timestamp(fetcher, report);
    update_snapshot(fetcher, report);
    update_targets(fetcher, report);
    update_publishers(fetcher, report);
}

void TrustClient::update_root(Fetcher& fetcher, RefreshReport& report)
{
    for (std::uint64_t fetched = 0;; ++fetched) {
        interrupt::throw_if_requested();
        const auto version = (*root_)->header.version + 1;
        const auto file = root_file(version);
        const auto bytes = fetcher.get(file, tuf::largest_root);
        if (!bytes) {
            return;
        }
        if (fetched == most_new_roots) {
            throw Error(Code::no_space,
                        "too many root versions: more than " + std::to_string(most_new_roots) +
                            " after the one trusted here",
                        "get a bundle, or add the repository again");
        }
        with_context(file, [&] {
            auto next = verify_next_root(*root_, *bytes);
            require_version(next->header, version, "its name");
            accept_root(std::move(next), report);
        });
    }
}

void TrustClient::accept_root(Verified<tuf::Root> next, RefreshReport& report)
{
    const auto& before = **root_;
    // Fast-forward recovery, 5.3.11. Before the new root is stored: after a crash the comparison could not be made
    // again.
    if (next->timestamp != before.timestamp || next->snapshot != before.snapshot) {
        store_.forget(repository_.name, "timestamp");
        store_.forget(repository_.name, "snapshot");
        fault_point("trust.forget");
        timestamp_.reset();
        snapshot_.reset();
        report.notes.push_back(at_version("keys of timestamp or snapshot were changed by root", next->header.version));
        record(report.notes.back());
    }
    accept("root", next, report);
    root_.emplace(std::move(next));
}

template <class T>
void TrustClient::accept(const std::string& role, const Verified<T>& metadata, RefreshReport& report)
{
    store_.accept(repository_.name, {role, metadata->header.version, metadata.bytes()});
    fault_point("trust.accept");
    report.changed = true;
}

void TrustClient::update_timestamp(Fetcher& fetcher, RefreshReport& report)
{
    auto bytes = fetcher.get("tuf/timestamp.json", tuf::largest_timestamp);
    if (!bytes) {
        throw Error(Code::failed, "tuf/timestamp.json: not there",
                    "is " + repository_.location + " the directory that `qpkg publish` wrote?");
    }
    with_context("timestamp.json", [&] {
        if (!timestamp_ || timestamp_->bytes() != *bytes) {
            auto next = verify_timestamp(*root_, *std::move(bytes));
            if (next->issued > next->header.expires) {
                throw Error(Code::corrupt, "qpkg_issued is after expires");
            }
            const auto* trusted = timestamp_ ? &**timestamp_ : nullptr;
            if (trusted != nullptr && next->header.version < trusted->header.version) {
                fail_rollback(next->header.version, trusted->header.version);
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
    });
    if (store_.newest_issued(repository_.name) < (*timestamp_)->issued) {
        store_.raise_issued(repository_.name, (*timestamp_)->issued);
        fault_point("trust.issued");
    }
}

std::string TrustClient::fetch_pinned(Fetcher& fetcher, const std::string& role, const tuf::FileInfo& info,
                                      std::uint64_t cap) const
{
    if (info.length > cap) {
        throw Error(Code::no_space, std::to_string(info.length) + " bytes, allowed are " + std::to_string(cap));
    }
    interrupt::throw_if_requested();
    auto bytes = fetcher.get("tuf/" + std::to_string(info.version) + "." + role + ".json", info.length);
    if (!bytes) {
        throw Error(Code::failed, at_version("not there, expected version", info.version));
    }
    if (bytes->size() != info.length || sha256(*bytes) != info.sha256) {
        throw Error(Code::corrupt,
                    at_version("the bytes are not those that signed metadata names for version", info.version));
    }
    return *std::move(bytes);
}

void TrustClient::update_snapshot(Fetcher& fetcher, RefreshReport& report)
{
    const auto& info = (*timestamp_)->snapshot;
    if (snapshot_ && sha256(snapshot_->bytes()) == info.sha256) {
        return;
    }
    with_context("snapshot.json", [&] {
        auto next = verify_snapshot(*root_, fetch_pinned(fetcher, "snapshot", info, tuf::largest_snapshot));
        require_version(next->header, info.version, "timestamp.json");
        if (snapshot_) {
            require_no_rollback(*next, **snapshot_);
        }
        accept("snapshot", next, report);
        snapshot_.emplace(std::move(next));
    });
}

void TrustClient::update_targets(Fetcher& fetcher, RefreshReport& report)
{
    const auto& info = (*snapshot_)->roles.at("targets");
    if (targets_ && sha256(targets_->bytes()) == info.sha256) {
        return;
    }
    with_context("targets.json", [&] {
        auto next = verify_targets(*root_, fetch_pinned(fetcher, "targets", info, tuf::largest_targets));
        require_version(next->header, info.version, "snapshot.json");
        accept("targets", next, report);
        targets_.emplace(std::move(next));
    });
}

void TrustClient::update_publishers(Fetcher& fetcher, RefreshReport& report)
{
    publishers_ = walk([&](const Verified<tuf::Targets>& parent, const tuf::Delegation& delegation) {
        return with_context(delegation.name + ".json",
                            [&] { return std::optional(update_publisher(parent, delegation, fetcher, report)); });
    });
}

Verified<tuf::Targets> TrustClient::update_publisher(const Verified<tuf::Targets>& parent,
                                                     const tuf::Delegation& delegation, Fetcher& fetcher,
                                                     RefreshReport& report)
{
    const auto& roles = (*snapshot_)->roles;
    const auto info = roles.find(delegation.name);
    if (info == roles.end()) {
        throw Error(Code::corrupt, "snapshot.json does not list it");
    }
    const auto stored = store_.trusted(repository_.name, delegation.name);
    const bool is_here = stored && sha256(stored->bytes) == info->second.sha256;
    const auto bytes =
        is_here ? stored->bytes : fetch_pinned(fetcher, delegation.name, info->second, tuf::largest_publisher);
    auto next = [&] {
        try {
            return verify_publisher(parent, delegation, bytes);
        } catch (const Error& error) {
            throw explain_withdrawn_key(error, bytes, stored, delegation, parent->header.version);
        }
    }();
    require_version(next->header, info->second.version, "snapshot.json");
    if (is_here) {
        return next;
    }
    for (const auto& [path, target] : next->targets) {
        if (!tuf::covers(delegation.namespaces, path)) {
            report.notes.push_back("publisher " + delegation.name + " lists " + text::escaped(path) +
                                   " outside its namespaces; it is ignored");
            record(report.notes.back());
        }
    }
    accept(delegation.name, next, report);
    return next;
}

void TrustClient::record(const std::string& what) { store_.record({clock_, repository_.name, what}); }

} // namespace qpkg::trust
