// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why others see something of a module through a point only. A point is a place with a name and an ABI word; an
// extension is a module for one point, and holds files for its folders. Points of the qube are qpkg's own, hold data
// alone and reach every view through search paths. Points of an app hold what that app loads, in that app's view.
// Nothing else of a module is seen by others: a folder that everybody merges into /usr is a way to everybody's
// programs.
#pragma once

#include "qpkg/model/id.hpp"

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg {

/// A place for extensions. Normative text: repo-format/guest/points.md.
struct Point {
    PointName name;
    std::vector<std::string> folders; ///< absolute, ascending; of an app below /usr
    std::string abi;                  ///< what fits: "115"

    friend auto operator<=>(const Point&, const Point&) = default;
};

/// What an extension is for.
struct Extends {
    PointName point;
    std::string abi;

    friend auto operator<=>(const Extends&, const Extends&) = default;
};

/// The app that has the point, or "qpkg.fonts" itself.
inline std::string_view owner_of(const PointName& point)
{
    return std::string_view(point.text()).substr(0, point.text().find('/'));
}

/// Whether every app of the qube sees what is there: the owner is qpkg, and it holds data alone.
inline bool is_of_qube(const PointName& point) { return point.text().starts_with("qpkg."); }

} // namespace qpkg
