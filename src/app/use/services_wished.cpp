// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/services_wished.hpp"

#include "app/typed_app.hpp"
#include "app/use/catalog.hpp"

#include "qpkg/core/text.hpp"

#include <optional>
#include <utility>

namespace qpkg::app {

plan::ServiceWishes wishes_of(const ServiceChoice& choice, const std::vector<KnownRelease>& releases)
{
    std::vector<AppId> apps;
    for (const auto& known : releases) {
        apps.push_back(known.release.app);
    }
    plan::ServiceWishes wishes{choice.all_asked};
    const auto take = [&](const std::vector<std::string>& typed, std::optional<ServiceRights> rights) {
        for (const auto& word : typed) {
            const auto colon = word.find(':');
            if (colon == std::string::npos) {
                throw Error(Code::usage, "expected APP:NAME.service, found \"" + text::escaped(word, 80) + '"');
            }
            const auto app = resolve_app(word.substr(0, colon), apps, "name an app that this command installs");
            if (!wishes.said.emplace(std::pair(app, word.substr(colon + 1)), rights).second) {
                throw Error(Code::usage, text::escaped(word, 80) + " is named twice");
            }
        }
    };
    take(choice.confined, ServiceRights::confined);
    take(choice.own, ServiceRights::own);
    take(choice.denied, std::nullopt);
    return wishes;
}

} // namespace qpkg::app
