// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the agent decides names again. The planner decided them, but on Qubes it cannot see the template's files: what
// the base has is known only here. Both use one rule (qpkg/model/names.hpp), and the host tells the qube only where the
// recorded holder is another than the rule's. So a qube whose host says nothing still gives each name to one app, the
// same at every start.
#pragma once

#include "agent/exporting.hpp"

#include <map>
#include <optional>
#include <string>

namespace qpkg::agent {

/// The app that has each name in the qube, of one kind or of all. What the base has, or qpkg itself, is nobody's.
std::map<NameKey, AppId> names_in_qube(const QubePaths& layout, const std::vector<AppExports>& apps,
                                       std::optional<ExportKind> only = std::nullopt);

/// What an export is called in the qube; nothing when the host says that its app does not get the name.
std::optional<std::string> called_in_qube(const AppExports& app, const Export& made);

} // namespace qpkg::agent
