// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what is known of bases comes into a plan as a value and a question. Which releases a repository offers, and
// whether two tables fit (fit.hpp), is read from stores and servers before anything is decided. The decision then is a
// function again: which base, which apps with it, who keeps an older one, in one step or in two.
#pragma once

#include "qpkg/model/state.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace qpkg::plan {

/// A release of a base that a qube may get.
struct NewBase {
    Base base;
    std::optional<KnownRelease> release = {}; ///< where it has to be brought; nothing: it is here

    friend bool operator==(const NewBase&, const NewBase&) = default;
};

/// Why a release does not fit a release of its base, in words; nothing: it does, or that is not known.
using MisfitWords = std::function<std::optional<std::string>(const KnownRelease&, const Base&)>;

/// What an upgrade may do with what qubes start from.
struct BaseChoice {
    std::vector<NewBase> offers = {};           ///< the newest release of an id and level
    std::set<AppId> hold_for = {};              ///< a base stays where one of these would have to keep it
    std::set<QubeName> running = {};            ///< run from what their current generation names
    bool keeps_bases = false;                   ///< the backend can give an app's view an older base
    MisfitWords misfit = {};                    ///< none: everything fits
    std::map<CommitId, std::string> stays = {}; ///< releases whose level gets no more, and what there is instead
};

} // namespace qpkg::plan
