// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a module says how it stands to its base. The base gets a new version every week, and the module stays: whether it
// still fits must be told from what both say of themselves, on machines that have neither package manager nor archive.
#pragma once

#include "build/finding.hpp"
#include "build/package_files.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/owners.hpp"

#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/ports/object_reader.hpp"
#include "qpkg/ports/package_source.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qpkg::build {

/// The object of the base's file or link at a path; nothing where it has none.
using ObjectOfBase = std::function<std::optional<Digest>(const std::string& path)>;
/// Of a base whose tree this is; the tree must outlive it.
ObjectOfBase objects_in(const qpkg::ModuleTree& base);

/// The packages of a build, with what the package manager recorded of each; ascending.
std::vector<Details::BuiltPackage> built_packages(std::span<const Package> chosen,
                                                  std::span<const InstalledPackage> installed);

/// What the packages that came need of those that were `there`, and what of those they do not stand.
struct BaseRelations {
    std::vector<Details::BaseNeed> needs;
    std::vector<Details::BaseBreak> breaks;
};
BaseRelations base_relations(std::span<const InstalledPackage> installed, std::span<const InstalledPackage> there);

/// What is told of the files and links of a tree: whose each is, which shadow one of the base or were made by scripts,
/// which libraries they give and take.
struct TreeTables {
    Details details; ///< without packages and relations
    std::vector<Owner> owners;
    std::vector<Finding> findings; ///< programs and libraries that nobody can read
};
TreeTables describe_tree(const ForeignTree& tree, const PackageFiles& packages, const ObjectOfBase& object_of_base);

/// Of each source package the vulnerabilities that it mends; ascending.
std::vector<Details::Fix> fixes_of(std::span<const InstalledPackage> packages);

std::vector<Licence> licences_of(std::span<const InstalledPackage> packages);

} // namespace qpkg::build
