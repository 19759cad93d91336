// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why types of files from an extension are read by code of our own. The database of types decides which program opens
// what, for every app of the qube. An entry that is placed last can still take `*.pdf` from all others, by its weight,
// or take away what they say. So only new names for files may come: weights and priorities up to 50, as everybody has
// them, nothing that deletes, no pattern that the base knows. The agent makes the table that programs read itself, for
// a compiled one (mime.cache) can say anything.
//
// The reader takes less than XML: no declarations, no entities but the five, no prefixes. What it understands, every
// reader of XML understands in the same way.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// A source of the shared MIME database, as an extension of qpkg.mime may bring it. Normative text:
/// repo-format/guest/points.md. libc only: the programs inside a qube read it.
namespace qpkg {

inline constexpr std::size_t largest_mime_source = 1024 * 1024; ///< bytes
inline constexpr unsigned highest_mime_weight = 50;

/// What files of a type are called.
struct MimeGlob {
    std::string type;
    std::string pattern; ///< of fnmatch(3)
    unsigned weight = highest_mime_weight;
    bool is_case_sensitive = false;

    friend auto operator<=>(const MimeGlob&, const MimeGlob&) = default;
};

/// The patterns of a source, in its order: a name or an ending ("*.hello"), for any other pattern could be the longer
/// one of two. Errors: corrupt "line 3: …" for what is not this part of XML or may not be said, no_space.
std::vector<MimeGlob> parse_mime_source(std::string_view text);

/// The patterns that a table "globs2" of a base has, in lower case. Lines that are none are skipped.
std::set<std::string> patterns_in(std::string_view globs2);

/// The first pattern of these that is among `known`, in any case; null when there is none.
const MimeGlob* find_known(const std::vector<MimeGlob>& globs, const std::set<std::string>& known);

/// The table of these, as programs read it: canonical bytes, whatever the order.
std::string encode_globs(std::vector<MimeGlob> globs);

} // namespace qpkg
