// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/error.hpp"
#include "qpkg/model/names.hpp"

#include <functional>
#include <string>
#include <vector>

namespace qpkg::plan {

/// Two apps of a qube have one first name.
struct NameClash {
    NameKey key;
    AppId one;
    AppId other;
};

/// "command \"hello\"", "menu entry \"hello.desktop\"".
std::string words_for(const NameKey& key);

/// Whether the owner of a qube can call it otherwise: a D-Bus name is a part of the program, a file name of a unit or
/// an icon is what others look for.
bool can_have_alias(ExportKind kind);

/// Error conflict that names both apps of the first clash, what they clash about, and the ways out.
Error clash_error(const QubeName& qube, const std::vector<NameClash>& clashes,
                  const std::function<bool(const AppId&)>& is_new);

} // namespace qpkg::plan
