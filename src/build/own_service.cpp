// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/own_service.hpp"

#include <algorithm>
#include <string_view>

namespace qpkg::build {
namespace {

constexpr std::size_t most_service_words = 64;

/// systemd.service(5), "Command lines": quotes, backslashes, specifiers and variables are what they look like.
std::string word_of_unit(const std::string& word)
{
    std::string quoted = "\"";
    for (const char c : word) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
        } else if (c == '%' || c == '$') {
            quoted += c;
        }
        quoted += c;
    }
    return quoted + '"';
}

} // namespace

std::optional<std::string> complaint_about(const OwnService& service)
{
    const auto is_plain = [](const std::string& word) {
        return std::ranges::all_of(word, [](char c) { return c >= ' ' && c <= '~'; });
    };
    if (service.run.empty() || !service.run.front().starts_with('/') || service.run.size() > most_service_words ||
        !std::ranges::all_of(service.run, is_plain)) {
        return "expected a program with its absolute path, and at most 63 arguments of printable ASCII";
    }
    return std::nullopt;
}

std::string own_service_name(const AppId& app) { return app.text() + ".service"; }

std::string own_service_unit(const AppId& app, const OwnService& service)
{
    std::string command;
    for (const auto& word : service.run) {
        command += (command.empty() ? "" : " ") + word_of_unit(word);
    }
    return "# Made by qpkg of the recipe's [service].\n[Unit]\nDescription=" + app.text() +
           "\n\n[Service]\nType=" + service.type + "\nExecStart=" + command + "\nRestart=on-failure\n";
}

} // namespace qpkg::build
