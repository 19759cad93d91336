// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a proof of origin is apt's own update, made once more. A lock file says which bytes a module was built from, and
// nobody says that the distribution ever offered them. Its signed lists do, as long as somebody keeps them. They are
// laid out as the server had them, the base's own sources are led there, and the base's apt reads them with the base's
// keys: the same code, keys and rules as on the day of the build, without a word of ours about signatures. Only dates
// are not looked at, for the lists are old on purpose.
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace qpkg::apt {

/// The lists in a cache, with what signs them, under the names that apt gives them.
void copy_signed_lists(const std::filesystem::path& cache, const std::filesystem::path& to);

/// "deb.debian.org_debian_dists_bookworm_InRelease" → "deb.debian.org/debian/dists/bookworm/InRelease". Nothing for
/// what is no name of a list, and for what would lead elsewhere.
std::optional<std::string> place_of_list(std::string_view name);

/// Sources as an administrator wrote them, led to a directory: "deb http://host/debian x" → "deb
/// file:/place/host/debian x". Pure.
std::string led_to(std::string_view sources, std::string_view place);

/// Error untrusted "origin not proven: …".
void require_origin(const Workshop& workshop, std::span<const LockedPackage> packages,
                    const std::filesystem::path& lists);

} // namespace qpkg::apt
