// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/answers.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <optional>

namespace qpkg::qubes {
namespace {

Error broken(std::string_view what, std::string_view where)
{
    return {Code::corrupt, std::string(what) + " in \"" + text::escaped(where, 100) + '"'};
}

std::vector<std::string_view> lines_of(std::string_view data)
{
    std::vector<std::string_view> lines;
    while (!data.empty()) {
        const auto end = data.find('\n');
        if (end == std::string_view::npos) {
            throw broken("a line that was cut short", data);
        }
        lines.push_back(data.substr(0, end));
        data.remove_prefix(end + 1);
    }
    return lines;
}

std::string_view word(std::string_view& rest)
{
    const auto end = std::min(rest.find(' '), rest.size());
    const auto first = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return first;
}

std::map<std::string, std::string> plain_properties(std::string_view rest)
{
    std::map<std::string, std::string> properties;
    const auto all = rest;
    while (!rest.empty()) {
        const auto pair = word(rest);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) {
            throw broken("a word without =", all);
        }
        properties.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return properties;
}

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
}

bool is_name(std::string_view name) { return !name.empty() && std::ranges::all_of(name, is_name_character); }

/// Takes "KEY='VALUE'" and the blank after it.
std::pair<std::string, std::string> quoted_property(std::string_view& rest)
{
    const auto all = rest;
    const auto quote = rest.find("='");
    if (quote == std::string_view::npos || !is_name(rest.substr(0, quote))) {
        throw broken("a property without ='", all);
    }
    std::string value;
    for (auto at = quote + 2; at < rest.size(); ++at) {
        if (rest[at] == '\'') {
            const auto key = std::string(rest.substr(0, quote));
            rest.remove_prefix(at + 1);
            if (!rest.empty() && !word(rest).empty()) {
                throw broken("a property that goes on after its quote", all);
            }
            return {key, value};
        }
        if (rest[at] == '\\' && ++at == rest.size()) {
            break;
        }
        value += rest[at];
    }
    throw broken("a property without a closing quote", all);
}

} // namespace

std::vector<Domain> parse_domains(std::string_view data)
{
    std::vector<Domain> domains;
    for (const auto line : lines_of(data)) {
        auto rest = line;
        const auto name = QubeName::parse(word(rest));
        auto properties = plain_properties(rest);
        if (!name || properties["class"].empty() || properties["state"].empty()) {
            throw broken("no name, class and state of a qube", line);
        }
        if (properties["class"] != "AdminVM") {
            domains.push_back({*name, properties["class"], properties["state"], properties["uuid"]});
        }
    }
    std::ranges::sort(domains, {}, &Domain::name);
    const auto twice = std::ranges::adjacent_find(domains, {}, &Domain::name);
    if (twice != domains.end()) {
        throw broken("one qube twice", twice->name.text());
    }
    return domains;
}

std::vector<std::string> parse_names(std::string_view data)
{
    std::vector<std::string> names;
    for (const auto line : lines_of(data)) {
        if (!is_name(line)) {
            throw broken("no name of a feature", line);
        }
        names.emplace_back(line);
    }
    return names;
}

QubeName parse_qube_property(std::string_view data)
{
    auto rest = data;
    const auto is_default = word(rest);
    const auto type = word(rest);
    const auto name = QubeName::parse(rest);
    if (!is_default.starts_with("default=") || type != "type=vm" || !name) {
        throw broken("no qube as a property", data);
    }
    return *name;
}

bool is_no_qube(std::string_view data)
{
    constexpr std::string_view nothing = " type=vm ";
    if (data.starts_with("default=") && data.ends_with(nothing) && data.find(' ') == data.size() - nothing.size()) {
        return true;
    }
    parse_qube_property(data);
    return false;
}

std::vector<Device> parse_devices(std::string_view data)
{
    std::vector<Device> devices;
    for (const auto line : lines_of(data)) {
        auto rest = line;
        auto address = word(rest);
        address = address.substr(0, address.find(':')); // what follows describes the device
        const auto plus = address.find('+');
        Device device{.backend = {}, .port = std::string(address.substr(plus + 1)), .properties = {}};
        while (!rest.empty()) {
            device.properties.insert(quoted_property(rest));
        }
        device.backend = plus == std::string_view::npos ? device.properties["backend_domain"] : address.substr(0, plus);
        if (!is_name(device.backend) || !is_name(device.port)) {
            throw broken("no backend and port of a device", line);
        }
        devices.push_back(std::move(device));
    }
    return devices;
}

} // namespace qpkg::qubes
