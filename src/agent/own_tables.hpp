// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the qube's own tables are covered and not written. The root is read-only, or new at each start, or a template
// that everybody shares. So what this qube adds to /etc/passwd and /etc/group lies on a tmpfs over them and ends with
// it; the tables of views come from the base's, which stay as they are.
//
// systemd starts a service as an account only when the qube knows it, by a name. An app's account has the name
// "postgres" in its view, which may be another's in the qube: there it is called after its number.
#pragma once

#include "agent/qube_paths.hpp"

#include <set>
#include <string>

namespace qpkg::agent {

/// Shows `text` as a file of /etc, which may be read-only.
void show_table(const QubePaths&, const fs::path& place, const std::string& text);

/// "qpkg-58000": what the qube calls the account of an app.
std::string name_in_qube(unsigned id);

/// Lets the qube know these accounts, until it ends.
void know_accounts(const QubePaths&, const std::set<unsigned>& ids);

} // namespace qpkg::agent
