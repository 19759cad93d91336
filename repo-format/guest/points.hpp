// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why one table says what an extension may hold. The build, the host and the agent of a qube each look at the same
// tree: the build leaves out what does not belong, the host refuses a tree that holds something else before it records
// the release, and the agent shows the folders of the table and no other. XDG_DATA_DIRS, which brings these folders to
// apps, also feeds services of the bus, units, Vulkan layers, completions, schemas, thumbnailers and default
// applications; none of these is in the table, so none can come this way.
#pragma once

#include "qpkg/model/point.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What extensions of points may hold. Normative text: repo-format/guest/points.md. libc only: the programs inside a
/// qube read it.
namespace qpkg {

inline constexpr std::string_view qube_point_abi = "1"; ///< of all points of the qube

/// "qpkg.fonts", …, ascending.
std::span<const std::string_view> qube_points();
/// The folders of a point of the qube; empty when there is no such point.
std::span<const std::string_view> folders_of_qube_point(std::string_view point);

/// Why no app may have such a folder in a point; nothing: it may.
std::optional<std::string> complaint_about_folder(std::string_view folder);
/// Words of 1 to 32 letters, digits and . _ + -
bool is_abi(std::string_view text);

/// A file or symbolic link of an extension.
struct ExtensionFile {
    std::string_view path;             ///< absolute
    std::optional<std::string> target; ///< of a link
};

/// Why the extension `app` may not hold this, at a point of `folders`; nothing: it may. What every module says of
/// itself is allowed.
std::optional<std::string> complaint_about_extension(const AppId& app, const Extends& extends,
                                                     std::span<const std::string> folders, const ExtensionFile& file);

} // namespace qpkg
