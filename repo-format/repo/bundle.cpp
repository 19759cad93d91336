// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/bundle.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <limits>

namespace qpkg::bundle {
namespace {

constexpr std::string_view magic("QPKGB\0\1\n", 8);
constexpr std::size_t version_offset = 6;
constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

/// What a type may be; the order of this table is the order of the types.
struct Rule {
    std::string_view name;
    std::uint64_t largest; ///< bytes
    std::uint32_t least;   ///< sections
    std::uint32_t most;
};
constexpr std::array<Rule, 14> rules{{{"repository", 64 * kib, 1, 1},
                                      {"root", 64 * kib, 0, 1025},
                                      {"timestamp", 16 * kib, 1, 1},
                                      {"snapshot", 512 * kib, 1, 1},
                                      {"targets", mib, 1, 1},
                                      {"publisher", 2 * mib, 0, 32},
                                      {"manifest", 64 * kib, 0, 4096},
                                      {"statement", 64 * kib, 0, 65536},
                                      {"commit", 64 * kib, 0, most_sections},
                                      {"signatures", 64 * kib, 0, most_sections},
                                      {"dirmeta", 4 * kib, 0, most_sections},
                                      {"dirtree", 8 * mib, 0, most_sections},
                                      {"file", no_limit, 0, most_sections},
                                      {"details", 16 * mib, 0, most_sections}}};

const Rule& rule_of(SectionType type) { return rules.at(static_cast<std::size_t>(type) - 1); }

bool is_object(SectionType type) { return type >= SectionType::commit; }

template <class Number>
Number little_endian(std::span<const std::uint8_t> bytes, std::size_t offset)
{
    Number value = 0;
    for (std::size_t i = sizeof value; i > 0; --i) {
        value = static_cast<Number>((value << 8U) | bytes[offset + i - 1]);
    }
    return value;
}

template <class Number>
void append_little_endian(std::string& bytes, Number value)
{
    for (std::size_t i = 0; i < sizeof value; ++i) {
        bytes += static_cast<char>(value >> (8 * i));
    }
}

Error broken(std::string_view what) { return {Code::corrupt, "not a sound bundle: " + std::string(what)}; }

/// One entry of the table; the section's place is not known yet.
Section parse_entry(std::span<const std::uint8_t> bytes)
{
    const auto type = little_endian<std::uint32_t>(bytes, 16);
    if (type < 1 || type > rules.size()) {
        throw broken("unknown type " + std::to_string(type));
    }
    if (little_endian<std::uint32_t>(bytes, 20) != 0) {
        throw broken("reserved bytes are not 0");
    }
    Section section{.key = {},
                    .type = static_cast<SectionType>(type),
                    .length = little_endian<std::uint64_t>(bytes, 24),
                    .sha256 = *Digest::from_bytes(bytes.subspan(32, Digest::size))};
    std::copy_n(bytes.begin(), section.key.size(), section.key.begin());
    return section;
}

/// Counts, order and sizes, as they come one after the other.
class Checker {
public:
    Checker(std::uint64_t begin, std::uint64_t end, std::uint32_t flags)
        : offset_(begin), end_(end), metadata_only_((flags & metadata_only_flag) != 0)
    {
    }

    /// Gives the section its place.
    void take(Section& section)
    {
        const auto& rule = rule_of(section.type);
        if (section.length > rule.largest) {
            throw broken(std::to_string(section.length) + " bytes, allowed are " + std::to_string(rule.largest));
        }
        if (section.length > end_ - offset_) {
            throw broken("it ends behind the end of the file");
        }
        if (section.type < last_ && !(is_object(section.type) && is_object(last_))) {
            throw broken(std::string(rule.name) + " after " + std::string(rule_of(last_).name));
        }
        if (is_object(section.type) && metadata_only_) {
            throw broken("an object, though the header says metadata only");
        }
        auto& count = counts_.at(static_cast<std::size_t>(section.type) - 1);
        if (++count > rule.most) {
            throw broken("more than " + std::to_string(rule.most) + " of its type");
        }
        last_ = section.type;
        section.offset = offset_;
        offset_ += section.length;
    }

    void finish() const
    {
        for (std::size_t i = 0; i < rules.size(); ++i) {
            if (counts_.at(i) < rules.at(i).least) {
                throw broken("there is no section " + std::string(rules.at(i).name));
            }
        }
        if (offset_ != end_) {
            throw broken("the sections fill " + std::to_string(offset_) + " of " + std::to_string(end_) + " bytes");
        }
    }

private:
    std::uint64_t offset_;
    std::uint64_t end_;
    bool metadata_only_;
    SectionType last_ = SectionType::repository;
    std::array<std::uint32_t, rules.size()> counts_{};
};

void require_distinct_keys(std::span<const Section> sections)
{
    std::vector<Key> keys;
    keys.reserve(sections.size());
    for (const auto& section : sections) {
        keys.push_back(section.key);
    }
    std::ranges::sort(keys);
    if (std::ranges::adjacent_find(keys) != keys.end()) {
        throw broken("two sections have the same key");
    }
}

/// The header's first 32 bytes.
std::string encode_front(std::uint64_t length, std::uint32_t sections, std::uint32_t flags)
{
    std::string bytes(magic);
    append_little_endian(bytes, length);
    append_little_endian(bytes, sections);
    append_little_endian(bytes, flags);
    append_little_endian(bytes, std::uint64_t{0});
    return bytes;
}

Digest check_of(std::string_view front, std::string_view table)
{
    Sha256 hash;
    hash.update(front);
    hash.update(table);
    return hash.finish();
}

} // namespace

std::string_view name_of(SectionType type) { return rule_of(type).name; }

SectionType type_of(std::string_view path)
{
    using enum SectionType;
    struct Ending {
        std::string_view words;
        SectionType type;
    };
    static constexpr std::array<Ending, 9> endings{{{".root.json", root},
                                                    {"tuf/timestamp.json", timestamp},
                                                    {".snapshot.json", snapshot},
                                                    {".targets.json", targets},
                                                    {".commit", commit},
                                                    {".commitmeta", signatures},
                                                    {".dirmeta", dirmeta},
                                                    {".dirtree", dirtree},
                                                    {".file", file}}};
    if (path == repository_path) {
        return repository;
    }
    if (path.starts_with("targets/")) {
        return manifest;
    }
    if (path.starts_with("attest/")) {
        return statement;
    }
    if (path.starts_with("details/")) {
        return details;
    }
    for (const auto& ending : endings) {
        if (path.ends_with(ending.words)) {
            return ending.type;
        }
    }
    if (path.starts_with("tuf/") && path.ends_with(".json")) {
        return publisher;
    }
    throw Error(Code::usage, text::escaped(path) + " has no place in a bundle");
}

Key key_of(std::string_view path)
{
    const auto digest = sha256(path);
    Key key{};
    std::copy_n(digest.bytes().begin(), key.size(), key.begin());
    return key;
}

Header parse_header(std::span<const std::uint8_t> bytes)
{
    const auto begins = as_text(bytes.first(magic.size()));
    if (begins.substr(0, version_offset) != magic.substr(0, version_offset)) {
        throw Error(Code::corrupt, "not a bundle");
    }
    if (begins != magic) {
        throw broken("version " + std::to_string(bytes[version_offset]) + " of the format, expected 1");
    }
    const Header header{.length = little_endian<std::uint64_t>(bytes, 8),
                        .sections = little_endian<std::uint32_t>(bytes, 16),
                        .flags = little_endian<std::uint32_t>(bytes, 20),
                        .check = *Digest::from_bytes(bytes.subspan(32, Digest::size))};
    if ((header.flags & ~metadata_only_flag) != 0 || little_endian<std::uint64_t>(bytes, 24) != 0) {
        throw broken("unknown flags");
    }
    if (header.sections > most_sections) {
        throw broken(std::to_string(header.sections) + " sections, allowed are " + std::to_string(most_sections));
    }
    if (header.length < header_size + header.table_length()) {
        throw broken("its table of " + std::to_string(header.sections) + " sections ends behind the end of the file");
    }
    return header;
}

std::vector<Section> parse_table(const Header& header, std::span<const std::uint8_t> bytes)
{
    if (bytes.size() != header.table_length()) {
        throw Error(Code::bug, "a bundle's table was not read as a whole");
    }
    if (check_of(encode_front(header.length, header.sections, header.flags), as_text(bytes)) != header.check) {
        throw Error(Code::corrupt, "damaged in transfer: header or table");
    }
    Checker checker(header_size + header.table_length(), header.length, header.flags);
    std::vector<Section> sections;
    sections.reserve(header.sections);
    for (std::uint32_t i = 0; i < header.sections; ++i) {
        with_context("section " + std::to_string(i + 1), [&] {
            auto section = parse_entry(bytes.subspan(i * entry_size, entry_size));
            checker.take(section);
            sections.push_back(section);
        });
    }
    checker.finish();
    require_distinct_keys(sections);
    return sections;
}

std::string encode(std::span<const Section> sections, std::uint32_t flags)
{
    std::string table;
    auto length = static_cast<std::uint64_t>(header_size + sections.size() * entry_size);
    for (const auto& section : sections) {
        table.append(section.key.begin(), section.key.end());
        append_little_endian(table, static_cast<std::uint32_t>(section.type));
        append_little_endian(table, std::uint32_t{0});
        append_little_endian(table, section.length);
        table += section.sha256.bytes_string();
        length += section.length;
    }
    auto bytes = encode_front(length, static_cast<std::uint32_t>(sections.size()), flags);
    bytes += check_of(bytes, table).bytes_string();
    try {
        parse_table(parse_header(as_bytes(bytes)), as_bytes(table));
    } catch (const Error& error) {
        throw Error(Code::usage, "these files make no bundle: " + std::string(error.what()));
    }
    return bytes + table;
}

std::string describe(std::size_t index, const Section& section)
{
    return "section " + std::to_string(index + 1) + " (" + std::string(name_of(section.type)) + ")";
}

} // namespace qpkg::bundle
