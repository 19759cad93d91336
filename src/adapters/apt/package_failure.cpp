// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/package_failure.hpp"

#include "workshop/run.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace qpkg::apt {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view of_package = "dpkg: error processing package ";
constexpr std::string_view of_archive = "dpkg: error processing archive ";
constexpr std::array<std::string_view, 6> progress{
    "Setting up ", "Preparing to unpack ", "Unpacking ", "Processing triggers for ", "Selecting previously ",
    "(Reading "};
constexpr std::array<std::string_view, 4> noise{"dpkg: ", "W: ", "E: ", "debconf: "};

template <class Starts>
bool starts_with_any(const std::string& line, const Starts& starts)
{
    return std::ranges::any_of(starts, [&](std::string_view start) { return line.starts_with(start); });
}

/// "sad" of "sad (--configure):" and of "/var/cache/apt/archives/sad_1.0_all.deb (--unpack):".
std::string package_in(std::string_view words, bool is_archive)
{
    words = words.substr(0, words.find(' '));
    if (is_archive) {
        words = words.substr(words.rfind('/') + 1);
        words = words.substr(0, words.find('_'));
    }
    return std::string(words);
}

bool begins(const std::string& line, const std::string& package)
{
    return starts_with_any(line, std::array<std::string, 3>{"Setting up " + package + ' ', "Unpacking " + package + ' ',
                                                            "Processing triggers for " + package + ' '}) ||
           (line.starts_with("Preparing to unpack ") && line.find('/' + package + '_') != std::string::npos);
}

/// From the last line that tells of the package to the next that tells of another.
Lines said_on_output(const std::string& output, const std::string& package)
{
    Lines said;
    bool is_its_own = false;
    for (auto& line : text::split(output, '\n')) {
        if (starts_with_any(line, progress)) {
            is_its_own = begins(line, package);
            said = is_its_own ? Lines() : std::move(said);
        } else if (is_its_own) {
            said.push_back(std::move(line));
        }
    }
    return said;
}

} // namespace

std::optional<PackageFailure> package_failure(const CommandResult& result)
{
    const auto lines = text::split(result.errors, '\n');
    const auto told = std::ranges::find_if(
        lines, [](const std::string& line) { return line.starts_with(of_package) || line.starts_with(of_archive); });
    if (told == lines.end()) {
        return std::nullopt;
    }
    PackageFailure failure{
        .package = package_in(std::string_view(*told).substr(of_package.size()), told->starts_with(of_archive)),
        .reason = {},
        .words = {}};
    if (told + 1 != lines.end()) {
        failure.reason = text::trimmed(*(told + 1));
    }
    Lines errors(lines.begin(), told);
    std::erase_if(errors, [](const std::string& line) { return starts_with_any(line, noise); });
    failure.words = workshop::last_words(said_on_output(result.output, failure.package), std::move(errors));
    return failure;
}

} // namespace qpkg::apt
