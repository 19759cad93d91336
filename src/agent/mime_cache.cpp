// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/mime_cache.hpp"

#include "repo-format/guest/cache_table.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>

namespace qpkg::agent {
namespace {

constexpr std::uint32_t case_sensitive_flag = 0x100;
constexpr std::size_t header_size = 40;

/// Endings, from their last character to their first.
struct SuffixNode {
    std::map<char, SuffixNode> next;
    std::vector<const MimeGlob*> ends;
};

using CachePlaces = std::map<std::string, std::uint32_t, std::less<>>;

std::uint32_t weight_word(const MimeGlob& pattern)
{
    return pattern.weight | (pattern.is_case_sensitive ? case_sensitive_flag : 0);
}

std::size_t count_of(const SuffixNode& node) { return node.ends.size() + node.next.size(); }

/// The entries of `node` in one piece, then those of each child. What ends here comes first, as character 0.
void add_nodes(CacheTable& table, const SuffixNode& node, const CachePlaces& types)
{
    const auto begin = table.here();
    for (const auto* pattern : node.ends) {
        table.add(0);
        table.add(types.at(pattern->type));
        table.add(weight_word(*pattern));
    }
    for (const auto& [character, child] : node.next) {
        table.add(static_cast<unsigned char>(character));
        table.add(static_cast<std::uint32_t>(count_of(child)));
        table.add(0);
    }
    auto entry = begin + node.ends.size() * 12;
    for (const auto& [character, child] : node.next) {
        table.set(entry + 8, table.here());
        add_nodes(table, child, types);
        entry += 12;
    }
}

bool is_ascii(const std::string& text)
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_ending(const std::string& pattern) { return pattern.starts_with('*'); }

/// What the two lists can say.
bool can_be_said(const MimeGlob& one)
{
    const std::string_view rest = std::string_view(one.pattern).substr(is_ending(one.pattern) ? 1 : 0);
    return is_ascii(one.pattern) && is_ascii(one.type) && !rest.empty() &&
           rest.find_first_of("*?[\\") == std::string_view::npos;
}

/// A pattern that is not case-sensitive is looked for in lower case.
std::vector<MimeGlob> sayable(std::vector<MimeGlob> patterns)
{
    std::erase_if(patterns, [](const MimeGlob& one) { return !can_be_said(one); });
    for (auto& one : patterns) {
        one.pattern = one.is_case_sensitive ? one.pattern : lower_case(one.pattern);
    }
    std::ranges::sort(patterns,
                      [](const auto& a, const auto& b) { return std::tie(a.pattern, a) < std::tie(b.pattern, b); });
    return patterns;
}

void add_literals(CacheTable& table, const std::vector<MimeGlob>& patterns, const CachePlaces& types,
                  const CachePlaces& names)
{
    table.add(static_cast<std::uint32_t>(
        std::ranges::count_if(patterns, [](const MimeGlob& one) { return !is_ending(one.pattern); })));
    for (const auto& one : patterns) {
        if (!is_ending(one.pattern)) {
            table.add(names.at(one.pattern));
            table.add(types.at(one.type));
            table.add(weight_word(one));
        }
    }
}

void add_endings(CacheTable& table, const std::vector<MimeGlob>& patterns, const CachePlaces& types)
{
    SuffixNode root;
    for (const auto& one : patterns) {
        if (!is_ending(one.pattern)) {
            continue;
        }
        auto* node = &root;
        for (auto at = one.pattern.size() - 1; at > 0; --at) {
            node = &node->next[one.pattern[at]];
        }
        node->ends.push_back(&one);
    }
    table.add(static_cast<std::uint32_t>(count_of(root)));
    table.add(table.here() + 4);
    add_nodes(table, root, types);
}

} // namespace

std::string encode_mime_cache(std::vector<MimeGlob> patterns)
{
    patterns = sayable(std::move(patterns));
    CacheTable table;
    table.add(0x00010002);
    for (std::size_t list = 1; list < header_size / 4; ++list) {
        table.add(0);
    }
    CachePlaces types;
    CachePlaces names;
    for (const auto& one : patterns) {
        if (!types.contains(one.type)) {
            types.emplace(one.type, table.add_text(one.type));
        }
        if (!is_ending(one.pattern) && !names.contains(one.pattern)) {
            names.emplace(one.pattern, table.add_text(one.pattern));
        }
    }
    const auto empty = table.here();
    table.add(0);
    table.set(4, empty); // aliases
    table.set(8, empty); // parents
    table.set(12, table.here());
    add_literals(table, patterns, types, names);
    table.set(16, table.here());
    add_endings(table, patterns, types);
    table.set(20, empty); // other patterns
    table.set(24, table.here());
    for (int number = 0; number < 3; ++number) {
        table.add(0); // rules about contents: none, they look at no byte, and lie nowhere
    }
    for (const std::size_t list : {28U, 32U, 36U}) {
        table.set(list, empty); // names of XML, icons, kinds of icons
    }
    return table.finish();
}

} // namespace qpkg::agent
