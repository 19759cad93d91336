// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a publisher reads its own repository like a stranger. What it adds to is what it verified: a directory that
// somebody changed, or that another publisher wrote meanwhile, is noticed here and not by clients. Roles that only the
// keys of the root before vouch for are no contradiction: a change of keys broke off between root and timestamp, and
// the next publication signs them again.
#pragma once

#include "signing/verify.hpp"

#include "qpkg/ports/fetcher.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

/// A repository on disk as its publisher sees it: directories of static files, see repo-format/repo/repository.md.
namespace qpkg::app {

/// What the newest timestamp leads to, every signature checked. A repository whose making broke off before its first
/// timestamp has a root and nothing else.
struct SiteState {
    std::optional<trust::Verified<tuf::Root>> root;
    std::optional<trust::Verified<tuf::Timestamp>> timestamp;
    std::optional<trust::Verified<tuf::Snapshot>> snapshot;
    std::optional<trust::Verified<tuf::Targets>> targets;
    std::map<std::string, trust::Verified<tuf::Targets>> publishers;
    std::set<std::string> outdated; ///< roles that only the keys of the root before the newest vouch for
};

/// Errors: corrupt or untrusted when the files contradict each other.
SiteState read_site(const std::filesystem::path& site);

/// Manifest bytes of a target, nothing when the file is not there. Error corrupt when it is another file.
std::optional<std::string> read_target(const std::filesystem::path& site, const std::string& target_path,
                                       const tuf::Target& target);

/// Writes a file below the site, durable, and passes the fault point.
void write_site_file(const std::filesystem::path& site, const std::string& path, std::string_view bytes,
                     std::string_view fault);

/// Removes what killed writers left beside the metadata.
void sweep_site(const std::filesystem::path& site);

/// The site as it will look once these files (by path) are there too.
std::unique_ptr<Fetcher> staged(std::unique_ptr<Fetcher> site, std::map<std::string, std::string> files);

} // namespace qpkg::app
