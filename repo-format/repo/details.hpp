// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what is in a module does not stand in its manifest. A manifest is read at every command, for every release that
// is offered, so it must be small; a module of 1,500 packages says a megabyte about itself, which few commands ask for.
// So the manifest pins this file by its hash. It has one spelling, so two builds of a module have one file.
//
// Rows of a kind that is not known are passed by: a newer builder can tell more. What changes the meaning of a row
// needs another number in the first line.
#pragma once

#include "qpkg/model/relation.hpp"
#include "qpkg/model/release.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a module is made of, and how it stands to its base. Normative text: repo-format/repo/details.md.
namespace qpkg {

inline constexpr std::size_t largest_details = 16 * 1024 * 1024; ///< bytes, raw, and compressed

/// What the directory of a module that was built calls it, compressed.
inline constexpr const char* packed_details_file = "details.zst";

struct Details {
    struct BuiltPackage {
        Package package;
        std::string source;         ///< the source package that it was built from
        std::string source_version; ///< of that
        friend auto operator<=>(const BuiltPackage&, const BuiltPackage&) = default;
    };
    /// What a package needs that the base has and the module has not.
    struct BaseNeed {
        std::string package;
        Alternatives alternatives; ///< that the base has, in the order of the package
        friend auto operator<=>(const BaseNeed&, const BaseNeed&) = default;
    };
    /// What a package does not stand, of something that the base has.
    struct BaseBreak {
        std::string package;
        Relation relation;
        friend auto operator<=>(const BaseBreak&, const BaseBreak&) = default;
    };
    /// A shared library by the name that the loader looks for, or one version of its symbols.
    struct Library {
        std::string soname;
        std::string version; ///< of symbols; empty: the library itself
        friend auto operator<=>(const Library&, const Library&) = default;
    };
    struct Fix {
        std::string id; ///< "CVE-2026-1234"
        std::string source;
        friend auto operator<=>(const Fix&, const Fix&) = default;
    };
    /// A file or link that no package brought, or that stands where the base has another.
    struct MadePath {
        std::string path;
        std::optional<Digest> base_object; ///< the base's file object there
        friend auto operator<=>(const MadePath&, const MadePath&) = default;
    };

    // All ascending, each row once.
    std::vector<BuiltPackage> packages = {};
    std::vector<BaseNeed> needs = {};
    std::vector<BaseBreak> breaks = {};
    std::vector<Library> given = {}; ///< to others, of the module's architecture
    std::vector<Library> taken = {}; ///< of others or the module itself
    std::vector<Fix> fixes = {};
    std::vector<MadePath> shadowed = {};  ///< that packages brought; each has an object of the base
    std::vector<MadePath> generated = {}; ///< that scripts made

    friend bool operator==(const Details&, const Details&) = default;
};

/// Errors: corrupt (malformed, or not the one spelling), no_space (over 16 MiB), unsupported (of a newer qpkg).
Details parse_details(std::string_view bytes);

/// The one spelling, whatever the order. Error no_space when it does not fit into 16 MiB.
std::string encode_details(const Details& details);

/// Where a repository serves it compressed, and where a bundle has it raw.
std::string packed_details_path(const PinnedFile& details);
std::string raw_details_path(const PinnedFile& details);

} // namespace qpkg
