// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/code_wished.hpp"

#include "app/typed_app.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

bool is_called(const PointName& point, std::string_view typed)
{
    const auto owner = AppId::require(owner_of(point));
    return typed == point.text() || typed == owner.text() || typed == short_name(owner);
}

} // namespace

plan::CodeConsents consents_of(const std::vector<std::string>& typed, const std::vector<KnownRelease>& releases)
{
    std::vector<AppId> apps;
    for (const auto& known : releases) {
        apps.push_back(known.release.app);
    }
    plan::CodeConsents consents;
    for (const auto& word : typed) {
        const auto colon = word.find(':');
        if (colon == std::string::npos) {
            throw Error(Code::usage, "expected EXTENSION:APP, found \"" + text::escaped(word, 80) + '"');
        }
        const auto app = resolve_app(word.substr(0, colon), apps, "name an extension that this command installs");
        const auto& release = std::ranges::find(apps, app) - apps.begin();
        const auto& extends = releases[static_cast<std::size_t>(release)].release.extends;
        if (!extends || !is_called(extends->point, word.substr(colon + 1))) {
            throw Error(Code::not_found, app.text() + " extends " + (extends ? extends->point.text() : "nothing") +
                                             ", not \"" + text::escaped(word.substr(colon + 1), 80) + '"');
        }
        consents.said.emplace(app, extends->point);
    }
    return consents;
}

void require_agreed(const plan::Plan& plan)
{
    if (!plan.unagreed.empty()) {
        const auto& [qube, extension, point] = plan.unagreed.front();
        const auto app = AppId::require(owner_of(point));
        throw Error(Code::conflict,
                    "cannot install " + extension.text() + " into " + qube.text() + ": its code would run in " +
                        app.text() + " there, and nobody agreed to that",
                    "when it may: --allow-code " + short_name(extension) + ':' + short_name(app));
    }
}

} // namespace qpkg::app
