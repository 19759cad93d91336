// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qpkg {

/// Which versions of a package a relation means, in the order that its distribution gives to versions.
enum class Bound { any, less, at_most, exactly, at_least, more };

inline constexpr std::array<std::pair<Bound, std::string_view>, 6> bound_words{{{Bound::any, "any"},
                                                                                {Bound::less, "<"},
                                                                                {Bound::at_most, "<="},
                                                                                {Bound::exactly, "="},
                                                                                {Bound::at_least, ">="},
                                                                                {Bound::more, ">"}}};

/// "libc6, at least 2.36": a package, or something that packages provide.
struct Relation {
    std::string name;
    Bound bound = Bound::any;
    std::string version = {}; ///< empty with `any`, and only then

    friend auto operator<=>(const Relation&, const Relation&) = default;
};

/// One of these is enough.
using Alternatives = std::vector<Relation>;

} // namespace qpkg
