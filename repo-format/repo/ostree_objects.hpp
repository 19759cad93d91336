// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why OSTree's objects are parsed by us. An object from outside is parsed in dom0. GVariant's own readers are made for
// trusted bytes: they accept many spellings of one value, have no limits of ours, and come with GLib. Here each parser
// has a cap, and what it read is encoded again and must be the same bytes: so one object has one meaning, and nothing
// can ride along in padding. That the results are right is shown by stock tools, which read what we write.
#pragma once

#include "qpkg/base/digest.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// OSTree's objects as bytes and as values. Source of the formats: ostree-core.h and "Anatomy of an OSTree repository".
/// Every parser is bounded, accepts only the GVariant normal form (what it read, encoded again, is the same bytes), and
/// throws Error corrupt (malformed) or no_space (larger than the limits below). Rules about what a tree may hold are in
/// tree_rules.hpp.
namespace qpkg::ostree {

inline constexpr std::size_t max_commit = 64 * 1024;
inline constexpr std::size_t max_dirtree = 8 * 1024 * 1024;
inline constexpr std::size_t max_dirmeta = 4 * 1024;
inline constexpr std::size_t max_file_header = 80 * 1024; ///< a symlink's target, or one xattr of the largest size
inline constexpr std::size_t max_entries = 100'000;       ///< per directory
inline constexpr std::size_t max_signatures = 16;

/// Type "s" or "as"; a commit with metadata of any other type is refused.
using MetadataValue = std::variant<std::string, std::vector<std::string>>;

/// "(a{sv}aya(say)sstayay)".
struct Commit {
    std::vector<std::pair<std::string, MetadataValue>> metadata; ///< keys are distinct; the order is the bytes' order
    std::optional<Digest> parent;
    std::string subject;
    std::string body;
    std::uint64_t timestamp; ///< seconds since 1970
    Digest tree;             ///< dirtree of the root
    Digest meta;             ///< dirmeta of the root

    friend bool operator==(const Commit&, const Commit&) = default;
};

struct FileEntry {
    std::string name;
    Digest content;

    friend bool operator==(const FileEntry&, const FileEntry&) = default;
};

struct DirectoryEntry {
    std::string name;
    Digest tree;
    Digest meta;

    friend bool operator==(const DirectoryEntry&, const DirectoryEntry&) = default;
};

/// "(a(say)a(sayay))".
struct DirTree {
    std::vector<FileEntry> files;
    std::vector<DirectoryEntry> directories;

    friend bool operator==(const DirTree&, const DirTree&) = default;
};

using Xattrs = std::vector<std::pair<std::string, std::string>>;

/// "(uuua(ayay))", big-endian numbers. Also what a bare-user repository keeps in `user.ostreemeta` of a content object.
struct DirMeta {
    std::uint32_t uid;
    std::uint32_t gid;
    std::uint32_t mode; ///< with the file type bits
    Xattrs xattrs;

    friend bool operator==(const DirMeta&, const DirMeta&) = default;
};

/// What precedes the content of a file object.
struct FileHeader {
    std::uint32_t uid;
    std::uint32_t gid;
    std::uint32_t mode; ///< with the file type bits
    std::uint32_t rdev;
    std::string target; ///< of a symlink
    Xattrs xattrs;

    friend bool operator==(const FileHeader&, const FileHeader&) = default;
};

/// A header as an archive repository stores it: the same with the content's size in front.
struct ArchiveHeader {
    std::uint64_t size; ///< bytes of uncompressed content
    FileHeader file;

    friend bool operator==(const ArchiveHeader&, const ArchiveHeader&) = default;
};

Commit parse_commit(std::span<const std::uint8_t> bytes);
DirTree parse_dirtree(std::span<const std::uint8_t> bytes);
DirMeta parse_dirmeta(std::span<const std::uint8_t> bytes);
/// "(uuuusa(ayay))" without its length prefix.
FileHeader parse_file_header(std::span<const std::uint8_t> bytes);
/// "(tuuuusa(ayay))" without its length prefix.
ArchiveHeader parse_archive_header(std::span<const std::uint8_t> bytes);

std::string encode(const Commit& commit);
std::string encode(const DirTree& tree);
std::string encode(const DirMeta& meta);
std::string encode(const FileHeader& header);
std::string encode(const ArchiveHeader& header);

/// Headers in streams carry their length: four bytes big-endian, four zeros, then the header.
inline constexpr std::size_t header_prefix = 8;
std::string with_length(std::string_view header);
/// The length that eight bytes announce; Error corrupt when the padding is not zero, no_space over max_file_header.
std::size_t header_length(std::span<const std::uint8_t> prefix);

/// Detached metadata ("a{sv}") with nothing but "ostree.sign.ed25519" of type "aay": 64-byte signatures over the whole
/// commit object (or, in summary.sig, over the summary).
std::string encode_signatures(std::span<const std::string> signatures);
/// Error corrupt for anything else inside.
std::vector<std::string> parse_signatures(std::span<const std::uint8_t> bytes);

} // namespace qpkg::ostree
