// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why ELF files are read by code of our own. Two tables of a file are asked for, the dynamic section and the versions
// of symbols; the reader of a debugger knows forty, and each is a way in for a file that a stranger made. Only what the
// loader itself reads is looked at: section headers can be stripped, or lie.
#pragma once

#include "qpkg/model/id.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace qpkg::build {

/// A library by the name that the loader looks for; with a version, that of symbols in it.
struct LibraryName {
    std::string soname;
    std::string version = {}; ///< empty: the library itself

    friend auto operator<=>(const LibraryName&, const LibraryName&) = default;
};

/// What a program or shared library gives to others, and takes of them. A version that is asked for weakly is not
/// needed, and is none.
struct ElfNames {
    std::set<LibraryName> given;
    std::set<LibraryName> taken;

    friend bool operator==(const ElfNames&, const ElfNames&) = default;
};

/// Nothing for what is no program or shared library of this architecture (64 bits, little-endian). Error corrupt for
/// one that contradicts itself.
std::optional<ElfNames> read_elf(std::span<const std::uint8_t> file, const Arch& arch);

} // namespace qpkg::build
