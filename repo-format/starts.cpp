// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/starts.hpp"

#include "repo-format/exports.hpp"

#include "qpkg/base/error.hpp"

#include <algorithm>

namespace qpkg {
namespace {

constexpr std::string_view format_word = "qpkg-starts-";
constexpr std::string_view format_number = "1";

bool is_service_name(std::string_view name) { return is_export_name(name) && name.ends_with(".service"); }

Error broken(std::size_t line, std::string_view what)
{
    return {Code::corrupt, "starts: line " + std::to_string(line) + ": " + std::string(what)};
}

void check_header(std::string_view header, const AppId& app)
{
    const auto blank = header.find(' ');
    if (!header.starts_with(format_word) || blank == std::string_view::npos) {
        throw broken(1, "expected qpkg-starts-1 and an app id");
    }
    if (header.substr(format_word.size(), blank - format_word.size()) != format_number) {
        throw Error(Code::unsupported, "starts: another format than qpkg-starts-1");
    }
    if (header.substr(blank + 1) != app.text()) {
        throw broken(1, "is of another app, expected " + app.text());
    }
}

} // namespace

std::string starts_path(const AppId& app) { return "/usr/share/qpkg/" + app.text() + "/starts"; }

std::string encode_starts(const AppId& app, std::vector<std::string> services)
{
    std::ranges::sort(services);
    auto bytes = std::string(format_word) + std::string(format_number) + ' ' + app.text() + '\n';
    for (const auto& name : services) {
        if (!is_service_name(name)) {
            throw Error(Code::usage, "\"" + name + "\" of " + app.text() + " is no name of a service");
        }
        if (bytes.ends_with('\n' + name + '\n')) {
            throw Error(Code::usage, "the service \"" + name + "\" of " + app.text() + " is there twice");
        }
        bytes += name + '\n';
    }
    return bytes;
}

std::vector<std::string> parse_starts(std::string_view bytes, const AppId& app)
{
    if (bytes.size() > largest_starts) {
        throw Error(Code::no_space, "starts: larger than 64 KiB");
    }
    std::vector<std::string> services;
    for (std::size_t number = 1; number == 1 || !bytes.empty(); ++number) {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) {
            throw broken(number, "does not end in a newline");
        }
        const auto line = bytes.substr(0, end);
        bytes.remove_prefix(end + 1);
        if (number == 1) {
            check_header(line, app);
            continue;
        }
        if (!is_service_name(line)) {
            throw broken(number, "not the name of a service");
        }
        if (!services.empty() && !(services.back() < line)) {
            throw broken(number, "not in ascending order");
        }
        services.emplace_back(line);
    }
    return services;
}

} // namespace qpkg
