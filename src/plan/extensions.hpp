// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what fits is decided before anything is fetched. Points and ABI words stand in manifests, so a plan can say which
// extension is for another release of its app, and which one an upgrade would leave without a place. An extension that
// fits no more falls out with a row of its own: kept, it would be loaded by an app that it was not made for. One that
// is held does not fall out of an upgrade: its app stays, too, and the plan says why.
//
// Why a consent is for one extension and one point. Code in an app's point has all that the app has. A person says yes
// once, when the extension comes; a new release for the same point has it, one for another point must be installed by
// name. Points of the qube hold data alone and need none.
#pragma once

#include "qpkg/model/state.hpp"

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Which extensions may be in a qube, beside which apps. Pure.
namespace qpkg::plan {

/// What the user says with a command of code that comes into other apps' views.
struct CodeConsents {
    std::set<std::pair<AppId, PointName>> said = {};
};

/// An extension whose code would run in another app's view, and nobody has agreed yet.
struct ForeignCode {
    QubeName qube;
    AppId extension;
    PointName point;

    friend auto operator<=>(const ForeignCode&, const ForeignCode&) = default;
};

/// What becomes of an extension that the user did not ask for; or of an app that stays for a held extension.
struct ExtensionNote {
    enum class Outcome { stays, falls_out };
    QubeName qube;
    AppId app;
    Outcome outcome;
    std::string why;

    friend bool operator==(const ExtensionNote&, const ExtensionNote&) = default;
};

/// Finds the release of an app in a qube; null when the app is not there.
using ReleaseInQube = std::function<const Release*(const AppId&)>;

/// Why an extension has no place beside these apps; nothing: it fits, or it is none.
std::optional<std::string> misfit(const Release& extension, const ReleaseInQube& in_qube);

/// Whether it brings code into the view of another app.
bool brings_code(const Release& release);

/// Whether a consent to `before` is good for `after`: no code, or code for the same point.
bool is_agreed_by(const Release& before, const Release& after);

} // namespace qpkg::plan
