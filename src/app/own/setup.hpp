// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why setup is a list of steps that each look whether they are done. It takes minutes, and may be killed in any of
// them. What is there is left as it is, so the same command goes on where the last one ended, and repeating it changes
// nothing.
#pragma once

#include "app/own/own_place.hpp"
#include "app/turns.hpp"
#include "app/use/updates.hpp"

#include <optional>
#include <string>

namespace qpkg::app {

struct SetupRequest {
    std::string base;                    ///< as typed; empty: one that is here, else the newest that can be made
    std::string qube = "work";           ///< the first qube
    std::optional<Updates> updates = {}; ///< what the machine does by itself; nothing: as it is
    std::string reason;                  ///< the command line
};

/// What is missing.
struct SetupPlan {
    BaseId base;
    QubeName qube;
    std::optional<std::string> makes_base; ///< the distribution's own name of it
    bool makes_keys;
    bool makes_site;
    bool adds_repository;
    bool makes_qube; ///< never where other tools make the qubes
    Updates updates; ///< as it will be
    bool sets_updates;

    bool is_nothing() const
    {
        return !(makes_base.has_value() || makes_keys || makes_site || adds_repository || makes_qube || sets_updates);
    }
};
/// Errors: not_found (no such base; keys that are gone while their repository is there), conflict (another repository
/// has the name of the own one).
SetupPlan plan_setup(World& world, const SetupRequest& request);

/// Does what the plan says; `passphrase`: of keys that are made, or are here. Returns the fingerprint of the own
/// repository's root. Errors as the steps have them; the next call goes on.
std::string set_up(World& world, const SetupPlan& plan, const SetupRequest& request,
                   const std::optional<std::string>& passphrase, const Turns& turns);

} // namespace qpkg::app
