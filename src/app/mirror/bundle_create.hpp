// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a bundle is planned before its first byte is written. Its header names the length and hash of every section, and
// it may go into a pipe, which cannot be gone back in. Planned also means that the repository was verified as a client
// would, and that room and size are known. An inventory cuts the plan to what one machine lacks; a machine that lacks
// more is told so when it imports, by the object that is missing.
#pragma once

#include "app/world.hpp"
#include "repo-format/repo/bundle.hpp"
#include "repo-format/repo/inventory.hpp"
#include "signing/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// Which releases of a repository somebody wants.
struct ReleaseChoice {
    std::vector<std::string> apps;     ///< as typed; empty: what the inventory has installed, without one all
    std::vector<std::string> channels; ///< empty: all
};

struct CreateBundleRequest {
    std::filesystem::path repository; ///< a directory, published or mirrored
    ReleaseChoice choice;
    std::optional<std::filesystem::path> inventory;
    bool metadata_only = false;
    std::optional<std::uint64_t> roots_since; ///< nothing: after the inventory's, without one from 1
};

struct BundledRelease {
    trust::ListedRelease release;
    bool there;          ///< the inventory has its objects already
    std::uint64_t bytes; ///< raw bytes of the objects and details that are taken along for it
};

/// A bundle, decided on; `header` goes before the sections.
struct DraftBundle {
    std::string header; ///< header and table
    struct Part {
        std::string bytes;                  ///< of a small file
        std::optional<ServedObject> object; ///< or an object
    };
    std::vector<Part> parts; ///< one for each section
    std::vector<BundledRelease> releases;
    std::uint64_t first_root; ///< version; after the newest when there is none inside
    std::uint64_t newest_root;
    std::uint64_t index;   ///< version of the timestamp
    std::int64_t expires;  ///< seconds since 1970, of whatever role expires first
    std::uint64_t objects; ///< number, details counted in
    std::uint64_t length;  ///< bytes of the whole file
    std::unique_ptr<ServedObjects> archive;
};

/// Reads and verifies the repository as its clients would, and decides what goes along. Errors: not_found (app,
/// channel, the inventory's repository), what SiteReader throws.
DraftBundle plan_bundle(World& world, const CreateBundleRequest& request);

/// Writes it to a pipe or a file. Each object is checked against its name on the way.
void write_bundle(const DraftBundle& plan, int target, Progress& progress);

/// As write_bundle, into a file that is there whole or not at all.
void write_bundle_file(const DraftBundle& plan, const std::filesystem::path& file, Progress& progress);

/// The newest releases that `choice` means among `listed`, for each base, channel and architecture; with an inventory
/// those of its bases and architecture. Error not_found.
std::vector<trust::ListedRelease> choose_releases(const std::vector<trust::ListedRelease>& listed,
                                                  const ReleaseChoice& choice,
                                                  const std::optional<Inventory>& inventory);

} // namespace qpkg::app
