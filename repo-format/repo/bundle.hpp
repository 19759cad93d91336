// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a bundle has sections in an order and no signature. It is a repository written down in the order in which a
// client asks: its metadata already proves everything in it, and a signature of the whole would only add a key to
// manage. The table comes first, with type, length and hash of each section, so that a reader knows all sizes before it
// allocates, and can say which part of a copy is damaged. Sections fill the file exactly: nothing can hide between
// them.
//
// Not taken: tar or zip, whose readers are large, know names and links, and would be linked into dom0. Nothing inside
// is compressed, for dom0 inflates nothing.
#pragma once

#include "qpkg/base/digest.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A repository in one file. Normative text: repo-format/repo/bundle.md.
namespace qpkg::bundle {

inline constexpr std::size_t header_size = 64;
inline constexpr std::size_t entry_size = 64;
inline constexpr std::uint32_t most_sections = 2U << 20U;
inline constexpr std::uint32_t metadata_only_flag = 1;

/// The path of the section that names the repository.
inline constexpr std::string_view repository_path = "bundle/repository";

enum class SectionType : std::uint32_t {
    repository = 1,
    root,
    timestamp,
    snapshot,
    targets,
    publisher,
    manifest,
    statement,
    commit,
    signatures,
    dirmeta,
    dirtree,
    file,
    details, ///< of a release, raw; among the objects
};

/// "manifest"
std::string_view name_of(SectionType type);
/// What a repository's file of this path becomes in a bundle. Error usage for a path that has no place in one.
SectionType type_of(std::string_view path);

/// What a section is found by.
using Key = std::array<std::uint8_t, 16>;
Key key_of(std::string_view path);

struct Header {
    std::uint64_t length; ///< bytes of the whole file
    std::uint32_t sections;
    std::uint32_t flags;
    Digest check; ///< sha256 of what is before it in the header, and the table

    std::uint64_t table_length() const { return std::uint64_t{sections} * entry_size; }

    friend bool operator==(const Header&, const Header&) = default;
};

struct Section {
    Key key;
    SectionType type;
    std::uint64_t length; ///< bytes
    Digest sha256;
    std::uint64_t offset = 0; ///< bytes from the start of the file; known to readers

    friend bool operator==(const Section&, const Section&) = default;
};

/// Exactly `header_size` bytes. Error corrupt.
Header parse_header(std::span<const std::uint8_t> bytes);

/// Exactly `header.table_length()` bytes. The sections, with their offsets, fill the file exactly. Error corrupt.
std::vector<Section> parse_table(const Header& header, std::span<const std::uint8_t> bytes);

/// Header and table of a file that holds these sections one after the other; offsets are not looked at. Errors:
/// usage when the sections are none that a reader accepts.
std::string encode(std::span<const Section> sections, std::uint32_t flags);

/// "section 7 (manifest)", counted from 1.
std::string describe(std::size_t index, const Section& section);

} // namespace qpkg::bundle
