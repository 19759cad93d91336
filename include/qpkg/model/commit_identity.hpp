// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/base_or_none.hpp"
#include "qpkg/model/release.hpp"

#include <map>
#include <string>

namespace qpkg {

/// OSTree's collection id of a namespace: what stock clients compare with their `collection-id`. The namespace itself
/// where D-Bus would take it as an interface name, as OSTree asks; else characters other than a-z 0-9 become `_`, `_`
/// comes before a part that begins with a digit, and `qpkg.` before a name of one part.
std::string collection_id(const std::string& name_space);

/// What the commit of a module says about itself in its metadata, besides its ref. The manifest must agree.
std::map<std::string, std::string> commit_identity(const AppId& app, const Arch& arch, const BaseOrNone& base,
                                                   const std::string& version);
/// As above, of a base; one that has no namespace is in no collection.
std::map<std::string, std::string> commit_identity(const BaseId& base, const Arch& arch);
/// Of whatever kind the release is.
std::map<std::string, std::string> commit_identity(const Release& release);

} // namespace qpkg
