// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/vault_policy.hpp"

#include "base/toml_file.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day = 86'400;
constexpr std::uint64_t most_days = 3650;

app::VaultRule rule_of(TomlSection role)
{
    const auto name = role.required_text("name");
    const auto days = role.required_number("longest_days", 1, most_days);
    app::VaultRule rule{.role = name, .namespaces = {}, .longest = static_cast<std::int64_t>(days) * day};
    role.texts("namespaces"); // of root they say nothing
    if (name != "root") {
        rule.namespaces = role.required_texts("namespaces");
    }
    role.refuse_unknown();
    return rule;
}

} // namespace

app::VaultPolicy load_vault_policy(const fs::path& file)
{
    if (!fs::exists(file)) {
        throw Error(Code::not_found, "open " + file.string() + ": no such file", "write one: qpkg vault --help");
    }
    app::VaultPolicy policy{};
    read_toml_file(file, [&](TomlSection& whole) {
        policy.ask = whole.required_texts("ask");
        for (auto& role : whole.sections("role")) {
            policy.rules.push_back(rule_of(std::move(role)));
        }
    });
    return policy;
}

} // namespace qpkg::cli
