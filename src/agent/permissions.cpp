// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/permissions.hpp"

#include "repo-format/guest/exports.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>

namespace qpkg::agent {
namespace {

constexpr std::string_view parted_by = " \t\r";

struct Verb {
    std::string_view word;
    std::optional<ServiceRights> rights;
};
constexpr std::array verbs = {
    Verb{"allow", ServiceRights::confined},
    Verb{"allow-as-root", ServiceRights::own},
    Verb{"deny", std::nullopt},
};

/// Whether the line makes sense.
bool take(Permissions& permissions, const std::vector<std::string_view>& words)
{
    const auto* verb = words.size() == 3 ? std::ranges::find(verbs, words[0], &Verb::word) : verbs.end();
    if (verb == verbs.end()) {
        return false;
    }
    const auto app = AppId::parse(words[1]);
    const bool is_first_start = words[2] == first_start_consent && verb->rights != ServiceRights::own;
    if (!app || !(is_first_start || (is_export_name(words[2]) && words[2].ends_with(".service")))) {
        return false;
    }
    permissions.said[{*app, std::string(words[2])}] = verb->rights;
    return true;
}

} // namespace

std::optional<ServiceRights> Permissions::of(const AppId& app, const std::string& service,
                                             const std::vector<AllowedService>& announced) const
{
    const auto found = said.find({app, service});
    if (found != said.end()) {
        return found->second;
    }
    const auto host = std::ranges::find(announced, service, &AllowedService::name);
    return host == announced.end() ? std::nullopt : std::optional(host->rights);
}

Permissions with_permissions(Permissions before, std::string_view bytes, std::string_view name)
{
    for (std::size_t number = 1; !bytes.empty(); ++number) {
        const auto end = std::min(bytes.find('\n'), bytes.size());
        const auto words = text::words_of(bytes.substr(0, end), parted_by);
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
        if (!words.empty() && !words[0].starts_with('#') && !take(before, words)) {
            before.problems.push_back(std::string(name) + ": line " + std::to_string(number) +
                                      ": expected \"allow\", \"allow-as-root\" or \"deny\", an app and NAME.service");
        }
    }
    return before;
}

} // namespace qpkg::agent
