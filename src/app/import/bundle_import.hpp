// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why an import goes in this order: metadata, then manifests, then objects, then one transaction. Each step proves the
// next. Signatures are checked over raw bytes before those are parsed; a manifest has the hash that signed metadata
// names; an object has the hash that its manifest leads to, and is parsed only after that matched. What a bundle brings
// is made known, not installed: no volume is made and no qube is touched, so the import of a wrong bundle changes
// nothing that runs.
//
// An older bundle is not an attack, it is an older stick: what is trusted already stays, and its releases are judged by
// that. A server that shows something older is refused, for it has no excuse.
#pragma once

#include "app/import/quarantine.hpp"
#include "app/world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace qpkg::app {

struct ImportBundleRequest {
    std::string source; ///< a file, or "-" for standard input
    bool accept_stale = false;
    Patience patience;
};

enum class Arrival {
    imported,   ///< its objects and its manifest are here now
    here,       ///< they were here before
    withdrawn,  ///< the repository's newest metadata does not list it (any more)
    other_arch, ///< for machines of another architecture
};

struct ArrivedRelease {
    std::string app; ///< empty when only its hash is known
    std::string version;
    std::string channel;
    std::string base;
    std::uint64_t sequence;
    ManifestId manifest;
    Arrival arrival;
    std::uint64_t bytes; ///< of objects that were new
};

struct ImportBundleReport {
    RepoName repository;
    bool changed;        ///< something is here that was not here before
    bool older;          ///< the metadata here is newer than the bundle's, and was kept
    std::uint64_t root;  ///< version
    std::uint64_t index; ///< version of the timestamp that is trusted now
    std::int64_t issued; ///< seconds since 1970, when that was signed
    std::vector<ArrivedRelease> releases;
    std::vector<std::string> notes;
};

/// Copies the bundle into quarantine. Others may write meanwhile: `root` is not opened, only its disk is used. Errors:
/// what BundleSource and Quarantine::receive throw.
BundleFile receive_bundle(const std::filesystem::path& root, const ImportBundleRequest& request, Progress& progress);

/// Brings metadata and releases of a received bundle into the state directory, in the order of signing/trust.md:
/// metadata, manifests, objects; then one transaction makes the releases known, so that `install` needs nothing
/// else. A failure leaves what was verified before it; nothing that is installed is touched. Errors: not_found (no
/// trusted repository is this bundle's), what TrustClient::refresh throws.
ImportBundleReport import_bundle(World& world, const ImportBundleRequest& request, BundleFile& bundle);

/// What `import_bundle` would find and bring, `changed` included; nothing is written.
ImportBundleReport plan_import(World& world, const ImportBundleRequest& request, BundleFile& bundle);

/// Where the bytes of a bundle come from. Error corrupt when they come from no file, pipe or socket.
class BundleSource {
public:
    explicit BundleSource(const std::string& source);
    int fd() const noexcept { return opened_ ? opened_.get() : 0; }

private:
    Fd opened_; ///< nothing: standard input
};

} // namespace qpkg::app
