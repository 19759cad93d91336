// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why fit is computed and not stated. A base gets fixes every week, and a module stays as it was built. What a
// publisher says it works with is a guess about bases that did not exist; what both are made of is known exactly. So
// two tables are compared, on any machine, without package manager or archive.
//
// Only strings are compared, never versions: how a distribution orders them is its own affair. It is enough because a
// base does not lower a package within a level (app/make): "at least 2.36" goes on holding. What names an upper bound
// ("before 3.12") is taken for a promise that the level keeps.
#pragma once

#include "qpkg/model/details.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::plan {

/// A base that somebody thinks of for a module. The details must outlive it.
struct BaseToFit {
    BaseId id;
    std::uint64_t level;
    std::optional<CommitId> commit; ///< nothing: of a root that qpkg did not make
    const Details& details;
};

/// One thing in which a module does not fit a base.
struct Misfit {
    enum class Rule {
        base,     ///< built for another
        level,    ///< of another level, and not the one it was built on
        excluded, ///< the base's publisher names the release
        package,  ///< both have it, and not the same
        relation, ///< a package of the module asks for what the base has not, or for another version
        library,  ///< a library or version of symbols is not there
        path,     ///< the module hides another file than the one it knows
    };
    Rule rule;
    std::string what;   ///< package, soname or path; of the first three the base's id
    std::string needed; ///< "= 5.36.0-7 by libperl5.36", "OPENSSL_3.2.0", "the file it was built over"
    std::string there;  ///< "5.36.0-9", "nothing", "another file"

    friend auto operator<=>(const Misfit&, const Misfit&) = default;
};

/// Each misfit once, ascending; none: it fits. A module fits what it was built on, unless that excludes it. Where base
/// or level differ, nothing else is looked at. `module` are the details of `release`.
std::vector<Misfit> misfits(const Release& release, const Details& module, const BaseToFit& base);

/// "libssl.so.3: OPENSSL_3.2.0 needed, there is OPENSSL_3.0.9", for people.
std::string in_words(const Misfit& misfit);
/// The first of them, of which there is one, escaped and cut for one line, and how many more there are.
std::string in_words(const std::vector<Misfit>& misfits);

} // namespace qpkg::plan
