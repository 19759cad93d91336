// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/make/age.hpp"
#include "app/own/setup.hpp"
#include "cli/context.hpp"
#include "cli/document.hpp"

#include <memory>
#include <optional>
#include <string>

/// What the commands of a machine that is its own publisher have in common.
namespace qpkg::cli {

/// The writer lock, taken and given back.
app::Turns turns_of(Context& context);

/// Of the keys that are here; asked for where they have one. Error usage where nobody can be asked.
std::optional<std::string> own_passphrase(Context& context);

/// "2 of 14 packages, 1 security fix: libssl3 3.0.15-1 → 3.0.16-1, openssl …", at most a few of them.
std::string reason_of(const std::vector<build::MovedPackage>& moved);
std::string reason_of(const app::ModuleAge& age);

} // namespace qpkg::cli
