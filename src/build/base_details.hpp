// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "build/finding.hpp"
#include "repo-format/repo/owners.hpp"

#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/model/details.hpp"
#include "qpkg/ports/object_reader.hpp"
#include "qpkg/ports/package_source.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

/// What a base says of itself.
struct BaseTables {
    Details details;
    std::string owners;            ///< see repo-format/repo/owners.md
    std::vector<Finding> findings; ///< libraries that nobody can read, and that no module can count on
};

/// Of a tree, with the objects that its `files` are or would be. `chosen` are its packages where their files are known;
/// those that are only `installed` are told by their names and versions.
BaseTables describe_base(const ForeignTree& tree, std::vector<Details::File> files, std::span<const Package> chosen,
                         std::span<const InstalledPackage> installed);

/// Each file and link but for documentation, with its content object; ascending.
std::vector<Details::File> files_in(const qpkg::ModuleTree& tree);

/// A version of a package is older than another.
using IsOlder = std::function<bool(std::string_view version, std::string_view than)>;

/// What a base takes back that the one `before` gave, in words: a package that is older, an account that has another
/// number. Modules that fit by name alone would no longer work.
std::vector<std::string> taken_back(const Details& before, const Details& now, const IsOlder& is_older);

/// What files of the module ask for, and neither it nor its base gives, is not the base's to give: moves that from
/// `taken` to `lacked`.
void tell_lacked(Details& module, const Details& base);

} // namespace qpkg::build
