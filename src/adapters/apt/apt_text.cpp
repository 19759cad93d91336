// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_text.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
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

/// What "a (>= 1), b | c" says: each relation alone.
void add_relations(const std::string& field, std::vector<std::string>& relations)
{
    for (const auto& part : text::split(field, ',')) {
        if (const auto start = part.find_first_not_of(' '); start != std::string::npos) {
            relations.push_back(part.substr(start));
        }
    }
}

/// The names in "perl:any (>= 5) | awk": each may do.
std::vector<std::string> names_in(const std::string& relation)
{
    std::vector<std::string> names;
    for (const auto& choice : text::split(relation, '|')) {
        if (const auto start = choice.find_first_not_of(' '); start != std::string::npos) {
            names.push_back(choice.substr(start, choice.find_first_of(" :(", start) - start));
        }
    }
    return names;
}

/// By each name that somebody may require, the packages that meet it.
using Providers = std::multimap<std::string, std::string>;

std::set<std::string> met_by(const std::vector<std::string>& relations, const Providers& providers)
{
    std::set<std::string> met;
    for (const auto& relation : relations) {
        for (const auto& name : names_in(relation)) {
            const auto [first, last] = providers.equal_range(name);
            std::for_each(first, last, [&](const auto& provider) { met.insert(provider.second); });
        }
    }
    return met;
}

} // namespace

std::vector<PackageUri> parse_uris(std::string_view output)
{
    std::vector<PackageUri> uris;
    for (const auto& line : text::split(output, '\n')) {
        const auto words = text::split(line, ' ');
        if (words.size() >= 3 && words[0].size() > 2 && words[0].front() == '\'' && words[0].back() == '\'') {
            uris.push_back({words[0].substr(1, words[0].size() - 2), words[1]});
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
    Providers providers;
    for (auto& fields : read_stanzas(status)) {
        InstalledPackage package{.name = fields["Package"],
                                 .version = fields["Version"],
                                 .source = fields["Source"].substr(0, fields["Source"].find(' ')),
                                 .summary = fields["Description"]};
        for (const auto* field : {"Pre-Depends", "Depends"}) {
            add_relations(fields[field], package.requirements);
        }
        add_relations(fields["Recommends"], package.left_out);
        providers.emplace(package.name, package.name);
        std::vector<std::string> provided;
        add_relations(fields["Provides"], provided);
        for (const auto& relation : provided) {
            for (auto& name : names_in(relation)) {
                providers.emplace(std::move(name), package.name);
            }
        }
        packages.emplace(package.name, std::move(package));
    }
    for (auto& [name, package] : packages) {
        const auto needs = met_by(package.requirements, providers);
        package.needs.assign(needs.begin(), needs.end());
        std::erase_if(package.left_out, [&](const auto& relation) { return !met_by({relation}, providers).empty(); });
    }
    return packages;
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

} // namespace qpkg::apt
