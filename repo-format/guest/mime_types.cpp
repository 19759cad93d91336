// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/mime_types.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

namespace qpkg {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> entities{
    {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
constexpr std::string_view blanks = " \t\r\n";

using Attributes = std::map<std::string, std::string, std::less<>>;

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// Hands out the tags of a text, from its beginning to its end.
class Reader {
public:
    explicit Reader(std::string_view text) : all_(text), text_(text) {}

    struct Tag {
        std::string_view name;
        Attributes attributes;
        bool opens;
        bool closes;
    };

    /// False at the end.
    bool next(Tag& tag)
    {
        for (;;) {
            text_.remove_prefix(std::min(text_.find('<'), text_.size()));
            if (text_.empty()) {
                return false;
            }
            if (!skip("<!--", "-->") && !skip("<?xml", "?>")) {
                tag = take_tag();
                return true;
            }
        }
    }

    Error broken(const std::string& what) const
    {
        const auto lines = std::ranges::count(all_.substr(0, all_.size() - text_.size()), '\n') + 1;
        return {Code::corrupt, "line " + std::to_string(lines) + ": " + what};
    }

private:
    bool skip(std::string_view begin, std::string_view end)
    {
        if (!text_.starts_with(begin)) {
            return false;
        }
        const auto at = text_.find(end, begin.size());
        if (at == std::string_view::npos) {
            throw broken(std::string(begin) + " does not end");
        }
        text_.remove_prefix(at + end.size());
        return true;
    }

    bool take(std::string_view word)
    {
        const bool is_there = text_.starts_with(word);
        text_.remove_prefix(is_there ? word.size() : 0);
        return is_there;
    }

    void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(blanks), text_.size())); }

    std::string_view take_name(std::string_view extra = {})
    {
        const auto end = std::ranges::find_if_not(
            text_, [&](char c) { return is_name_character(c) || extra.find(c) != std::string_view::npos; });
        const auto name = text_.substr(0, static_cast<std::size_t>(end - text_.begin()));
        if (name.empty()) {
            throw broken("expected a name of letters, digits, - and _");
        }
        text_.remove_prefix(name.size());
        return name;
    }

    Tag take_tag()
    {
        take("<");
        Tag tag{{}, {}, true, take("/")};
        tag.opens = !tag.closes;
        tag.name = take_name();
        for (skip_blanks(); !take(">"); skip_blanks()) {
            if (tag.opens && take("/>")) {
                tag.closes = true;
                break;
            }
            take_attribute(tag);
        }
        return tag;
    }

    void take_attribute(Tag& tag)
    {
        const std::string name(take_name(":"));
        if (!tag.opens || !take("=") || !(text_.starts_with('"') || text_.starts_with('\''))) {
            throw broken("expected name=\"value\"");
        }
        const auto end = text_.find(text_.front(), 1);
        if (end == std::string_view::npos) {
            throw broken("a value does not end");
        }
        const auto value = text_.substr(1, end - 1);
        text_.remove_prefix(end + 1);
        if (!tag.attributes.emplace(name, decoded(value)).second) {
            throw broken("the attribute " + name + " is there twice");
        }
    }

    std::string decoded(std::string_view value) const
    {
        std::string text;
        while (!value.empty()) {
            if (value.front() != '&') {
                text += value.front();
                value.remove_prefix(1);
                continue;
            }
            const auto* entity =
                std::ranges::find_if(entities, [&](const auto& one) { return value.starts_with(one.first); });
            if (entity == entities.end()) {
                throw broken("an entity that is none of XML's own");
            }
            text += entity->second;
            value.remove_prefix(entity->first.size());
        }
        return text;
    }

    std::string_view all_;
    std::string_view text_;
};

bool is_type(std::string_view type)
{
    return type.size() <= 255 && std::ranges::count(type, '/') == 1 && !type.starts_with('/') && !type.ends_with('/') &&
           std::ranges::all_of(type, [](char c) { return is_name_character(c) || c == '/' || c == '.' || c == '+'; });
}

/// A line of the table has colons between its parts, and a word of its own that takes patterns away.
bool is_pattern(std::string_view pattern)
{
    constexpr std::string_view deletes = "__NOGLOBS__";
    if (pattern.empty() || pattern.size() > 255 || pattern == deletes) {
        return false;
    }
    pattern.remove_prefix(pattern.starts_with("*.") ? 2 : 0);
    return !pattern.empty() && std::ranges::all_of(pattern, [](char c) {
        return c > ' ' && c != '\x7f' && std::string_view(":/\\*?[]").find(c) == std::string_view::npos;
    });
}

std::string lower(std::string_view text)
{
    std::string all(text);
    for (auto& c : all) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return all;
}

/// A number that everybody may say.
unsigned small_number(const Reader& reader, const Attributes& attributes, std::string_view name)
{
    const auto found = attributes.find(name);
    if (found == attributes.end()) {
        return highest_mime_weight;
    }
    const auto& text = found->second;
    unsigned number = 0;
    for (const auto c : text) {
        number = c >= '0' && c <= '9' ? number * 10 + static_cast<unsigned>(c - '0') : highest_mime_weight + 1;
        if (number > highest_mime_weight) {
            break;
        }
    }
    if (text.empty() || number > highest_mime_weight) {
        throw reader.broken(std::string(name) + " is not a number up to " + std::to_string(highest_mime_weight));
    }
    return number;
}

/// Reads the tags of one source.
class SourceReader {
public:
    explicit SourceReader(std::string_view text) : reader_(text) {}

    std::vector<MimeGlob> read()
    {
        Reader::Tag tag;
        while (reader_.next(tag)) {
            if (tag.opens) {
                open(tag);
            }
            if (tag.closes) {
                close(tag.name);
            }
        }
        if (!open_.empty()) {
            throw reader_.broken("the element " + std::string(open_.back()) + " does not end");
        }
        return std::move(globs_);
    }

private:
    void open(const Reader::Tag& tag)
    {
        if (open_.empty() != (tag.name == "mime-info") || (open_.empty() && was_open_)) {
            throw reader_.broken("expected one element mime-info, and all others in it");
        }
        if (tag.name.ends_with("-deleteall")) {
            throw reader_.broken(std::string(tag.name) + " takes away what others say");
        }
        if (open_.size() > deepest) {
            throw reader_.broken("deeper than " + std::to_string(deepest) + " elements");
        }
        was_open_ = true;
        open_.push_back(tag.name);
        if (tag.name == "mime-type") {
            const auto type = tag.attributes.find("type");
            type_ = type == tag.attributes.end() ? std::string() : type->second;
            if (!is_type(type_)) {
                throw reader_.broken("a mime-type without a type");
            }
        }
        small_number(reader_, tag.attributes, "priority");
        if (tag.name == "glob") {
            add_glob(tag.attributes);
        }
    }

    void add_glob(const Attributes& attributes)
    {
        const auto pattern = attributes.find("pattern");
        if (type_.empty() || pattern == attributes.end() || !is_pattern(pattern->second)) {
            throw reader_.broken("a glob without a type or pattern");
        }
        const auto sensitive = attributes.find("case-sensitive");
        globs_.push_back({type_, pattern->second, small_number(reader_, attributes, "weight"),
                          sensitive != attributes.end() && sensitive->second == "true"});
    }

    void close(std::string_view name)
    {
        if (open_.empty() || open_.back() != name) {
            throw reader_.broken("</" + std::string(name) + "> ends what is not open");
        }
        open_.pop_back();
        if (name == "mime-type") {
            type_.clear();
        }
    }

    static constexpr std::size_t deepest = 16;

    Reader reader_;
    std::vector<std::string_view> open_;
    bool was_open_ = false;
    std::string type_;
    std::vector<MimeGlob> globs_;
};

} // namespace

std::vector<MimeGlob> parse_mime_source(std::string_view text)
{
    if (text.size() > largest_mime_source) {
        throw Error(Code::no_space, "larger than " + std::to_string(largest_mime_source) + " bytes");
    }
    return SourceReader(text).read();
}

std::set<std::string> patterns_in(std::string_view globs2)
{
    std::set<std::string> patterns;
    while (!globs2.empty()) {
        const auto end = std::min(globs2.find('\n'), globs2.size());
        auto line = globs2.substr(0, end);
        globs2.remove_prefix(std::min(end + 1, globs2.size()));
        const auto first = line.find(':');
        const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (!line.starts_with('#') && second != std::string_view::npos) {
            line.remove_prefix(second + 1);
            patterns.insert(lower(line.substr(0, line.find(':'))));
        }
    }
    return patterns;
}

const MimeGlob* find_known(const std::vector<MimeGlob>& globs, const std::set<std::string>& known)
{
    const auto found =
        std::ranges::find_if(globs, [&](const MimeGlob& glob) { return known.contains(lower(glob.pattern)); });
    return found == globs.end() ? nullptr : &*found;
}

std::string encode_globs(std::vector<MimeGlob> globs)
{
    std::ranges::sort(globs, [](const MimeGlob& a, const MimeGlob& b) {
        return std::tie(b.weight, a.type, a.pattern) < std::tie(a.weight, b.type, b.pattern);
    });
    std::string text;
    for (const auto& glob : globs) {
        text += std::to_string(glob.weight) + ':' + glob.type + ':' + glob.pattern +
                (glob.is_case_sensitive ? ":cs\n" : "\n");
    }
    return text;
}

} // namespace qpkg
