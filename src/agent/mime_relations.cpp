// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/mime_relations.hpp"

#include "agent/mime_globs.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::agent {
namespace {

void add_new_type(std::vector<std::string>& types, const std::string& type)
{
    if (std::ranges::find(types, type) == types.end()) {
        types.push_back(type);
    }
}

/// These are no contents of files.
bool is_content(std::string_view type) { return !type.starts_with("inode/") && !type.starts_with("x-scheme-handler/"); }

} // namespace

std::vector<MimeRelation> parse_mime_relations(std::string_view bytes)
{
    if (bytes.size() > largest_mime_table) {
        throw Error(Code::no_space, "a table of types larger than 1 MiB");
    }
    std::vector<MimeRelation> relations;
    for (const auto line : text::words_of(bytes, "\n")) {
        const auto words = text::words_of(line);
        if (words.size() == 2) {
            relations.push_back({std::string(words[0]), std::string(words[1])});
        }
    }
    return relations;
}

std::vector<std::string> types_to_try(const std::string& type, const std::vector<MimeRelation>& aliases,
                                      const std::vector<MimeRelation>& subclasses)
{
    std::vector<std::string> types{type};
    for (const auto& alias : aliases) {
        if (alias.type == type) {
            add_new_type(types, alias.other);
        }
    }
    const auto proper = types;
    for (const auto& alias : aliases) {
        if (std::ranges::find(proper, alias.other) != proper.end()) {
            add_new_type(types, alias.type);
        }
    }
    for (std::size_t at = 0; at < types.size(); ++at) { // grows: parents have parents
        for (const auto& subclass : subclasses) {
            if (subclass.type == types[at]) {
                add_new_type(types, subclass.other);
            }
        }
    }
    if (std::ranges::any_of(types, [](const std::string& one) { return one.starts_with("text/"); })) {
        add_new_type(types, "text/plain");
    }
    if (is_content(type)) {
        add_new_type(types, "application/octet-stream");
    }
    return types;
}

} // namespace qpkg::agent
