// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why preloaded disposables end and start again by a number. Qubes 4.3 starts disposables before anybody asks for them,
// each with a copy of the features that its qube had then. The only call that ends old ones is to want none of them
// and then as many as before. A kill in between would leave the user without any, or with old ones, so the number is
// written down as a feature of the qube before anything changes; while that is there the qube counts as unfinished,
// and the next command goes on.
#pragma once

#include "adapters/qubes/client.hpp"

#include "qpkg/model/id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace qpkg::qubes {

/// The feature of a qube whose preloaded disposables are to be renewed: a `Renewal` as text.
inline constexpr const char* renewal_feature = "qpkg.preload";

/// That one, and those of slots.
bool is_our_feature(std::string_view name);

struct Renewal {
    std::string holder; ///< whose feature says how many: the qube, or "dom0" for the default disposable template
    std::string number;

    /// "HOLDER NUMBER"; nothing for what makes no sense for this qube.
    static std::optional<Renewal> parse(std::string_view text, const QubeName& qube);
    std::string text() const { return holder + ' ' + number; }

    friend bool operator==(const Renewal&, const Renewal&) = default;
};

/// Where the qube has preloaded disposables: writes down that they are to be renewed, before its features change.
/// `now` is what stands there from an earlier attempt. A failure is a warning.
std::optional<Renewal> begin_renewal(const Client& client, const QubeName& qube, const std::string* now);

/// Ends them and starts others, then forgets what was written down. A failure is a warning: those that people open
/// later are right in any case.
void renew_preloaded(const Client& client, const QubeName& qube, const Renewal& renewal);

} // namespace qpkg::qubes
