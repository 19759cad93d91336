// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why an extension keeps what its named packages have in the point's folders, and nothing else. Packages of fonts also
// bring documentation, configuration and whatever they depend on; a plug-in's dependencies are a whole second copy of
// the app. Of all that others could see only the folders, and a host refuses a tree that holds more. What was left out
// is told by place, so that a person notices when a package keeps what matters elsewhere.
#pragma once

#include "build/difference.hpp"
#include "build/recipe.hpp"

#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/model/state.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::build {

/// What is built for a point.
struct Extension {
    Extends extends;
    std::vector<std::string> folders; ///< of the point, ascending

    friend bool operator==(const Extension&, const Extension&) = default;
};

/// "115" of "1:115.9.1esr-1": the default ABI word of an app's points. "0" where there is no number.
std::string major_of(std::string_view version);

/// What an app's manifest says of its points.
std::vector<Point> points_of(const Recipe& recipe, std::string_view version);

/// What the recipe leaves open is taken of the newest release of the app that is known. Error usage where none is.
std::optional<Extension> extension_of(const Recipe& recipe, const std::map<ManifestId, KnownRelease>& known);

/// The text of a recipe that says what `extension_of` found, so that whoever builds it again needs to know no app.
/// Error usage where its `extends` does not stand in a line of its own.
std::string with_extension(const std::string& text, const Recipe& recipe, const Extension& extension);

bool has_fonts(const std::optional<Extension>& extension);

/// Packages whose programs make caches of what the extension holds, and that its base does not have. They are installed
/// for its build, and left out.
std::vector<std::string> tools_for(const std::optional<Extension>& extension, const Fd& base);

/// Keeps only what belongs to the extension; `own`: files of the packages that the recipe names. Error not_found where
/// nothing is left.
TreeChoice for_the_point(TreeChoice choice, const ForeignTree& changes, const std::set<std::string>& own,
                         const AppId& app, const Extension& extension);

/// Error conflict where a source of the database of types says what no extension may, or what the base does.
void refuse_loud_types(const ForeignTree& changes, const ForeignTree& base, const std::vector<std::string>& kept);

/// Those of `installed` that have any of these files.
std::vector<InstalledPackage> packages_with(const std::vector<InstalledPackage>& installed,
                                            const PackageFiles& packages, const std::vector<std::string>& kept);

} // namespace qpkg::build
