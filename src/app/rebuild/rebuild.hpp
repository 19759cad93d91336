// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a rebuild compares commits first. The same inputs must give the same commit, and the same commit the same volume;
// so where the commits differ the first different path is shown, and where they are equal only what the manifest says
// can be different. What the packages were is looked at first: a publisher who chose packages of his own gets his own
// module from every rebuilder, so nothing is signed unless the distribution's signed lists name them. A rebuilder signs
// agreement, or with --sign-dissent that something else came out: silence would look like nobody having tried.
#pragma once

#include "app/world.hpp"

#include "qpkg/model/release.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace qpkg::app {

struct RebuildRequest {
    std::string app;             ///< as typed; its newest release is built again
    std::filesystem::path built; ///< a directory that `qpkg build` made elsewhere; empty: it is built now
    std::filesystem::path key;   ///< key file of the rebuilder; empty: nothing is signed
    std::optional<std::string> passphrase;
    std::filesystem::path out;   ///< statements are written below `out`/attest
    bool sign_dissent = false;   ///< also sign that something else came out
    bool without_origin = false; ///< sign also where nobody can say that the packages were the distribution's
};

struct RebuildReport {
    AppId app;
    std::string version;
    CommitId published;
    CommitId commit;          ///< that came out
    std::string difference;   ///< the first; empty: it came out as published
    std::string origin_doubt; ///< why it is not proven where the packages came from; empty: it is
    std::string public_key;   ///< 64 hex digits, what users give to `qpkg repo modify`; empty when nothing is signed
    std::filesystem::path statement; ///< empty when nothing is signed
};

/// The release that `rebuild` would build again, from the repository's inputs. Errors: not_found.
KnownRelease plan_rebuild(World& world, const RebuildRequest& request);

/// Builds a release again from the inputs that its manifest names, and compares commit, volume and manifest. Errors:
/// not_found (app, inputs that the repository does not have), conflict (another base here than it was built on), and
/// those of a build.
RebuildReport rebuild(World& world, const RebuildRequest& request);

} // namespace qpkg::app
