// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/vault_policy.hpp"

#include "cli/toml_file.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day = 86'400;
constexpr std::int64_t most_days = 3650;

std::vector<std::string> strings(const fs::path& file, const toml::table& table, std::string_view key)
{
    std::vector<std::string> found;
    const auto* array = table[key].as_array();
    if (array == nullptr || array->empty()) {
        throw wrong_toml(file, table.source(), "expected " + std::string(key) + " = [\"…\"]");
    }
    for (const auto& element : *array) {
        const auto text = element.value<std::string>();
        if (!text) {
            throw wrong_toml(file, element.source(), "expected a string");
        }
        found.push_back(*text);
    }
    return found;
}

app::VaultRule rule_of(const fs::path& file, const toml::table& table)
{
    const auto name = table["name"].value<std::string>();
    const auto days = table["longest_days"].value<std::int64_t>();
    if (!name || !days || *days < 1 || *days > most_days) {
        throw wrong_toml(file, table.source(),
                         "expected name = \"…\" and longest_days = 1 to " + std::to_string(most_days));
    }
    for (const auto& [key, node] : table) {
        if (key.str() != "name" && key.str() != "longest_days" && key.str() != "namespaces") {
            throw wrong_toml(file, key.source(),
                             "unknown key \"" + std::string(key.str()) +
                                 "\", expected name, namespaces or longest_days");
        }
    }
    return {.role = *name,
            .namespaces = *name == "root" ? std::vector<std::string>() : strings(file, table, "namespaces"),
            .longest = *days * day};
}

} // namespace

app::VaultPolicy load_vault_policy(const fs::path& file)
{
    if (!fs::exists(file)) {
        throw Error(Code::not_found, "open " + file.string() + ": no such file", "write one: qpkg vault --help");
    }
    const auto table = parse_toml_file(file);
    for (const auto& [key, node] : table) {
        if (key.str() != "ask" && key.str() != "role") {
            throw wrong_toml(file, key.source(),
                             "unknown key \"" + std::string(key.str()) + "\", expected ask or [[role]]");
        }
    }
    app::VaultPolicy policy{.ask = strings(file, table, "ask"), .rules = {}};
    const auto* roles = table["role"].as_array();
    if (roles == nullptr || !roles->is_array_of_tables()) {
        throw wrong_toml(file, table.source(), "expected [[role]]");
    }
    for (const auto& role : *roles) {
        policy.rules.push_back(rule_of(file, *role.as_table()));
    }
    return policy;
}

} // namespace qpkg::cli
