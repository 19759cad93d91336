// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/extensions_view.hpp"

#include "cli/names_view.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

struct ExtensionRow {
    const plan::Effect& effect;
    bool is_agreed;
};

std::vector<ExtensionRow> rows_of_extensions(const plan::Plan& plan)
{
    std::vector<ExtensionRow> rows;
    for (const auto& effect : plan.effects) {
        if (effect.to && effect.to->release.extends && effect.kind != plan::Kind::keep) {
            const bool is_open = std::ranges::any_of(plan.unagreed, [&](const plan::ForeignCode& code) {
                return code.qube == effect.qube && code.extension == effect.app;
            });
            rows.push_back({effect, !is_open});
        }
    }
    return rows;
}

const Release& extension_in(const ExtensionRow& row) { return row.effect.to->release; }

/// Who sees it: every app, or the one whose point it is.
Value seen_by(const ExtensionRow& row)
{
    const auto& point = extension_in(row).extends->point;
    return is_of_qube(point) ? shown_as(text("all"), "all apps: data alone")
                             : app_value(AppId::require(owner_of(point)));
}

Value code_in(const ExtensionRow& row)
{
    if (!plan::brings_code(extension_in(row))) {
        return shown_as(text("none"), "no");
    }
    return row.is_agreed ? shown_as(text("agreed"), "yes, with all that the app has")
                         : shown_as(text("asked"), "yes, with all that the app has: it asks to");
}

std::string outcome_of(plan::ExtensionNote::Outcome outcome)
{
    return outcome == plan::ExtensionNote::Outcome::stays ? "stays" : "falls-out";
}

} // namespace

void describe_extensions(Document& out, const plan::Plan& plan)
{
    out.table("extensions", rows_of_extensions(plan),
              column("qube", "QUBE", [](const ExtensionRow& row) { return row.effect.qube; }),
              column("app", "EXTENSION", [](const ExtensionRow& row) { return app_value(row.effect.app); }),
              column("point", "OF", [](const ExtensionRow& row) { return extension_in(row).extends->point.text(); }),
              column("seen_by", "SEEN BY", seen_by), column("code", "RUNS CODE THERE", code_in));
    out.table("left_behind", plan.extensions, column("qube", "QUBE", &plan::ExtensionNote::qube),
              column("app", "APP", &plan::ExtensionNote::app, app_value),
              column("outcome", "WHAT IT DOES", &plan::ExtensionNote::outcome, outcome_of),
              column("why", "BECAUSE", &plan::ExtensionNote::why));
}

} // namespace qpkg::cli
