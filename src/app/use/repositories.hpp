// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "signing/client.hpp"

#include "qpkg/model/location.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace qpkg::app {

/// The location of a repository that comes in bundles: there is nothing to refresh it from but the next bundle.
inline constexpr std::string_view carried_location = "bundle:";

struct AddRepositoryRequest {
    std::string name;
    std::string location;                   ///< directory, file:// or http(s):// URL, or a bundle
    std::optional<std::string> fingerprint; ///< 64 hex digits, from the publisher
    std::vector<std::string> namespaces;    ///< what it may publish; empty: what it delegates now
    std::int64_t grace_days = 14;
};

/// A repository that was looked at and is not trusted yet.
struct FoundRepository {
    Location seen_at; ///< where it was looked at; later it is read at its location
    Repository repository;
    trust::RootInfo root;
};

/// Errors: conflict (name or namespace is taken, both repositories named), untrusted (another fingerprint), not_found.
FoundRepository find_repository(World& world, const AddRepositoryRequest& request);

/// Trusts the root, then refreshes: one that does not verify is not added. Needs no lock: what was verified waits.
void verify_repository(World& world, const FoundRepository& found);
/// Records what was verified, under the lock. Error conflict when name or namespace were taken meanwhile.
void record_repository(World& world, const FoundRepository& found);

/// Lets a repository that is trusted already publish in more namespaces, under the lock. Errors: not_found, conflict
/// (another has one of them).
void widen_repository(World& world, const RepoName& name, const std::set<std::string>& namespaces);

/// The trusted repository of that name. Error not_found with near names.
Repository known_repository(const Snapshot& snapshot, const std::string& name);

/// Releases of it that are installed stay. Errors: not_found.
void remove_repository(World& world, const std::string& name);

} // namespace qpkg::app
