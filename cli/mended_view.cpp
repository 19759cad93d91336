// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/mended_view.hpp"

#include "cli/names_view.hpp"

#include <algorithm>

namespace qpkg::cli {

void describe_mended(Document& out, const app::PreparedChange& change)
{
    if (change.mended.empty() || change.plan.empty()) { // of any other change, or nothing moves
        return;
    }
    struct Row {
        std::string app; ///< or base
        Value shown;
        std::vector<std::string> ids;
    };
    std::vector<Row> rows;
    const auto add = [&](const std::string& app, const Value& shown, const CommitId& commit) {
        const auto found = change.mended.find(commit);
        if (found != change.mended.end() && !found->second.empty() &&
            std::ranges::find(rows, app, &Row::app) == rows.end()) {
            rows.push_back({app, shown, found->second});
        }
    };
    for (const auto& base : change.plan.bases) {
        add(base.to.id.text(), text(base.to.id.text()), base.to.commit);
    }
    for (const auto& effect : change.plan.effects) {
        if (effect.to) {
            add(effect.app.text(), app_value(effect.app), effect.to->release.tree.commit);
        }
    }
    out.table("mended", rows, column("app", "MENDED IN", &Row::shown),
              column("ids", "VULNERABILITIES", &Row::ids, some_of));
}

} // namespace qpkg::cli
