// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_text.hpp"

#include "adapters/apt/package_name.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <set>

namespace qpkg::apt {
namespace {

constexpr std::string_view deb_magic = "!<arch>\ndebian-binary";
constexpr std::size_t deb_time_offset = 24; // after the magic of 8 bytes and the member's name of 16
constexpr std::size_t deb_time_length = 12;

/// The word between `before` and the next of `ends`, wherever it is.
std::optional<std::string> word_between(std::string_view text, std::string_view before, std::string_view ends)
{
    const auto start = text.find(before);
    if (start == std::string_view::npos) {
        return std::nullopt;
    }
    text.remove_prefix(start + before.size());
    return std::string(text.substr(0, text.find_first_of(ends)));
}

using Stanza = std::map<std::string, std::string>;

/// The first line of each field.
Stanza read_stanza(std::string_view text)
{
    Stanza fields;
    for (const auto& line : text::split(text, '\n')) {
        const auto colon = line.find(": ");
        if (colon != std::string::npos && !line.starts_with(' ')) {
            fields.emplace(line.substr(0, colon), line.substr(colon + 2));
        }
    }
    return fields;
}

std::vector<Stanza> read_stanzas(std::string_view text)
{
    std::vector<Stanza> stanzas;
    while (!text.empty()) {
        const auto end = text.find("\n\n");
        stanzas.push_back(read_stanza(text.substr(0, end)));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return stanzas;
}

/// "libc6:any (>= 2.36)". Which architecture is meant does not matter where there is one.
std::optional<Relation> parse_relation(std::string_view words)
{
    static constexpr std::array<std::pair<std::string_view, Bound>, 5> signs{{{"<<", Bound::less},
                                                                              {"<=", Bound::at_most},
                                                                              {"=", Bound::exactly},
                                                                              {">=", Bound::at_least},
                                                                              {">>", Bound::more}}};
    const auto bracket = words.find('(');
    const auto name = text::trimmed(words.substr(0, bracket));
    Relation relation{std::string(name.substr(0, name.find(':')))};
    if (bracket != std::string_view::npos) {
        const auto bound = text::trimmed(words.substr(bracket + 1, words.find(')') - bracket - 1));
        const auto start = bound.find_first_not_of("<>=");
        const auto sign = std::ranges::find(signs, bound.substr(0, start), &std::pair<std::string_view, Bound>::first);
        if (sign == signs.end() || start == std::string_view::npos) {
            return std::nullopt;
        }
        relation.bound = sign->second;
        relation.version = std::string(text::trimmed(bound.substr(start)));
    }
    const bool is_sound = !relation.name.empty() && relation.version.empty() == (relation.bound == Bound::any);
    return is_sound ? std::optional(relation) : std::nullopt;
}

Alternatives parse_alternatives(std::string_view part)
{
    Alternatives alternatives;
    for (const auto& words : text::split(part, '|')) {
        if (const auto relation = parse_relation(words)) {
            alternatives.push_back(*relation);
        }
    }
    return alternatives;
}

/// What "a (>= 1), b | c" says: each part alone. A part that is malformed is none.
std::vector<Alternatives> parse_relations(const std::string& field)
{
    std::vector<Alternatives> relations;
    for (const auto& part : text::split(field, ',')) {
        if (auto alternatives = parse_alternatives(part); !alternatives.empty()) {
            relations.push_back(std::move(alternatives));
        }
    }
    return relations;
}

/// "glibc (2.36-9)", or "glibc" where the version is the package's own; nothing where the name is, too.
void set_source(InstalledPackage& package, const std::string& field)
{
    const auto bracket = field.find(" (");
    const auto end = field.find(')', bracket);
    package.source = field.empty() ? package.name : field.substr(0, bracket);
    package.source_version = end == std::string::npos ? package.version : field.substr(bracket + 2, end - bracket - 2);
}

} // namespace

std::vector<PackageUri> parse_uris(std::string_view output)
{
    std::vector<PackageUri> uris;
    for (const auto& line : text::split(output, '\n')) {
        const auto words = text::split(line, ' ');
        if (words.size() >= 3 && words[0].size() > 2 && words[0].front() == '\'' && words[0].back() == '\'') {
            uris.push_back({words[0].substr(1, words[0].size() - 2), words[1], text::number_of(words[2]).value_or(0)});
        }
    }
    return uris;
}

std::vector<Package> parse_package_records(std::string_view output)
{
    std::vector<Package> packages;
    for (auto& fields : read_stanzas(output)) {
        if (const auto sha256 = Digest::from_hex(fields["SHA256"])) {
            packages.push_back({fields["Package"], fields["Version"], fields["Architecture"], *sha256});
        }
    }
    std::ranges::sort(packages);
    packages.erase(std::unique(packages.begin(), packages.end()), packages.end());
    return packages;
}

std::map<std::string, InstalledPackage> parse_status(std::string_view status)
{
    std::map<std::string, InstalledPackage> packages;
    for (auto& fields : read_stanzas(status)) {
        InstalledPackage package{.name = fields["Package"],
                                 .version = fields["Version"],
                                 .arch = fields["Architecture"],
                                 .summary = fields["Description"]};
        set_source(package, fields["Source"]);
        for (const auto* field : {"Pre-Depends", "Depends"}) {
            std::ranges::move(parse_relations(fields[field]), std::back_inserter(package.needs));
        }
        for (const auto* field : {"Conflicts", "Breaks"}) {
            for (const auto& relation : parse_relations(fields[field])) {
                package.breaks.push_back(relation.front());
            }
        }
        for (const auto& provided : parse_relations(fields["Provides"])) {
            package.provides.push_back(provided.front());
        }
        package.recommends = parse_relations(fields["Recommends"]);
        packages.emplace(package.name, std::move(package));
    }
    return packages;
}

std::vector<std::string> parse_licences(std::string_view copyright)
{
    constexpr std::string_view format = "Format: http";
    constexpr std::string_view field = "License: ";
    std::vector<std::string> names;
    if (!copyright.starts_with(format)) {
        return names; // prose
    }
    for (const auto& line : text::split(copyright, '\n')) {
        if (const auto name = text::trimmed(line); line.starts_with(field)) {
            names.emplace_back(text::trimmed(name.substr(field.size())));
        }
    }
    std::erase(names, "");
    std::ranges::sort(names);
    const auto doubles = std::ranges::unique(names);
    names.erase(doubles.begin(), doubles.end());
    return names;
}

std::vector<std::string> parse_fixes(std::string_view changelog)
{
    constexpr std::string_view prefix = "CVE-";
    constexpr std::size_t year = 4;
    constexpr std::size_t longest_number = 19;
    const auto digits_at = [&](std::size_t place) {
        const auto end = changelog.find_first_not_of("0123456789", place);
        return std::min(end, changelog.size()) - std::min(place, changelog.size());
    };
    std::set<std::string> found;
    for (auto at = changelog.find(prefix); at != std::string_view::npos; at = changelog.find(prefix, at + 1)) {
        const auto dash = at + prefix.size() + year;
        const auto number = digits_at(dash + 1);
        if (digits_at(dash - year) == year && changelog.substr(dash, 1) == "-" && number >= year &&
            number <= longest_number) {
            found.emplace(changelog.substr(at, dash + 1 + number - at));
        }
    }
    return {found.begin(), found.end()};
}

std::vector<std::string> parse_file_list(std::string_view list)
{
    auto paths = text::split(list, '\n');
    std::erase_if(paths, [](const std::string& line) { return !line.starts_with('/') || line == "/."; });
    return paths;
}

std::optional<std::string> unknown_package(std::string_view errors)
{
    if (auto name = word_between(errors, "Unable to locate package ", "\n ")) {
        return name;
    }
    if (errors.find("has no installation candidate") != std::string_view::npos) {
        return word_between(errors, "Package '", "'");
    }
    return word_between(errors, "Couldn't find any package by ", "\n") ? word_between(errors, " '", "'") : std::nullopt;
}

std::optional<std::string_view> bootstrap_stage(std::string_view line)
{
    using namespace std::string_view_literals;
    static constexpr std::array stages{
        std::pair{"I: running apt-get update"sv, "update"sv}, std::pair{"I: downloading packages"sv, "download"sv},
        std::pair{"I: extracting archives"sv, "extract"sv},   std::pair{"I: installing essential"sv, "install"sv},
        std::pair{"I: installing remaining"sv, "complete"sv}, std::pair{"I: cleaning package lists"sv, "clean"sv},
        std::pair{"I: creating tarball"sv, "pack"sv}};
    const auto found = std::ranges::find_if(stages, [&](const auto& stage) { return line.starts_with(stage.first); });
    return found == stages.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t deb_time(std::string_view start)
{
    std::int64_t seconds = 0;
    if (start.size() >= deb_time_offset + deb_time_length && start.starts_with(deb_magic)) {
        const auto field = start.substr(deb_time_offset, deb_time_length);
        if (std::from_chars(field.data(), field.data() + field.size(), seconds).ec == std::errc() && seconds >= 0) {
            return seconds;
        }
    }
    throw Error(Code::corrupt, "not a Debian package file");
}

std::vector<FoundPackage> parse_search(std::string_view output)
{
    constexpr std::string_view between = " - ";
    std::vector<FoundPackage> found;
    for (const auto& line : text::split(output, '\n')) {
        const auto end = line.find(between);
        if (end != std::string::npos && is_package_name(line.substr(0, end))) {
            found.push_back({line.substr(0, end), text::escaped(line.substr(end + between.size()))});
        }
    }
    return found;
}

bool has_words(const FoundPackage& package, std::span<const std::string> words)
{
    const auto lower = [](std::string text) {
        std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return text;
    };
    const auto said = lower(package.name + ' ' + package.summary);
    return std::ranges::all_of(words,
                               [&](const std::string& word) { return said.find(lower(word)) != std::string::npos; });
}

} // namespace qpkg::apt
