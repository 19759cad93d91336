// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a module is what an installation changed, and not the files that packages list. Scripts compute links, caches and
// registrations that no package lists and no app works without. So the package manager of the base runs over the base,
// and the difference is kept, less what belongs to one machine, one moment or the package manager itself. The list of
// what is left out is short and stands in the .cpp; everything unusual is a finding, so that a person hears of it.
//
// What the installation removed of the base stops the build, unless the recipe expects it, and stays visible even then:
// a module can add and cover, it cannot take away.
#pragma once

#include "build/finding.hpp"
#include "build/package_files.hpp"
#include "build/tree.hpp"

#include "qpkg/model/release.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

/// What becomes of the changes of an installation. All paths ascending.
struct TreeChoice {
    std::vector<std::string> keep;      ///< directories included
    std::vector<std::string> drop;      ///< each before what is below it
    std::vector<std::string> refused;   ///< paths of the base that were removed, and may not be
    std::vector<std::string> displaced; ///< directories of the base that something else stands in the place of
    std::vector<std::string> secrets;   ///< dropped: made for one machine, see private_files.hpp
    std::vector<Limit> limits;          ///< of programs that are kept, ascending
    std::vector<Finding> findings;

    friend bool operator==(const TreeChoice&, const TreeChoice&) = default;
};

/// What a tree is: what an installation added to a base, or all of a root.
enum class Extent { added, whole_root };

/// What is said beforehand of paths.
struct TreeWishes {
    std::vector<std::string> may_remove = {};     ///< paths of the base whose removal is expected; they stay visible
    std::vector<std::string> left_out = {};       ///< at or below these nothing is kept
    std::vector<std::string_view> of_source = {}; ///< places of the package manager
    Extent extent = Extent::added;
};

/// Keeps what a module consists of: new and changed paths below /usr, /opt, /etc and /var/lib without the places of the
/// package manager, accounts, caches, and what is different on every machine; of these, what a package ships in
/// /var/lib is kept. Of a whole root what lies elsewhere is kept, too, but for the places where a qube shows its own.
/// Parents of what is kept are kept. Files that a script made and that not everybody may read are dropped; `packages`
/// says which a package made. Where the wishes leave out places that each qube fills for itself, each that held
/// something is one finding. The order of `entries` does not matter. Every parent of an entry must be among them.
TreeChoice plan_tree(std::vector<TreeEntry> entries, const TreeWishes& wishes, const PackageFiles& packages);

/// "/usr" is above "/usr/bin" and "/usr" itself, not above "/usrx".
bool is_at_or_below(std::string_view path, std::string_view top);

} // namespace qpkg::build
