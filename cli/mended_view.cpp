// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/mended_view.hpp"

#include "cli/names_view.hpp"

#include <algorithm>

namespace qpkg::cli {

void describe_mended(Document& out, const app::PreparedChange& change)
{
    if (change.mended.empty()) {
        return;
    }
    struct Row {
        AppId app;
        std::vector<std::string> ids;
    };
    std::vector<Row> rows;
    for (const auto& effect : change.plan.effects) {
        const auto found = effect.to ? change.mended.find(effect.to->id) : change.mended.end();
        if (found != change.mended.end() && !found->second.empty() &&
            std::ranges::find(rows, effect.app, &Row::app) == rows.end()) {
            rows.push_back({effect.app, found->second});
        }
    }
    out.table("mended", rows, column("app", "MENDED IN", &Row::app, app_value),
              column("ids", "VULNERABILITIES", &Row::ids, some_of));
}

} // namespace qpkg::cli
