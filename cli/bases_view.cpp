// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/bases_view.hpp"

#include "cli/names_view.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {

void describe_bases(Document& out, const app::PreparedChange& change)
{
    struct Row {
        const plan::BaseEffect* effect;
        app::Cost cost;
    };
    std::vector<Row> rows;
    for (std::size_t i = 0; i < change.plan.bases.size(); ++i) {
        rows.push_back({&change.plan.bases[i], i < change.base_costs.size() ? change.base_costs[i] : app::Cost{}});
    }
    using plan::BaseEffect;
    const auto effect = [](const Row& row) -> const BaseEffect& { return *row.effect; };
    const auto moves = [](const BaseEffect& base) { return release_word(base.from) + " → " + release_word(base.to); };
    const auto kind = [](plan::Kind how) { return how == plan::Kind::downgrade ? "downgrade" : "upgrade"; };
    const auto download = [](const Row& row) {
        return shown_as(number(row.cost.download),
                        row.cost.download == 0 ? "nothing" : qpkg::text::human_size(row.cost.download));
    };
    out.table("bases", rows, column("qube", "QUBE", effect, &BaseEffect::qube),
              column("base", "BASE", effect, &BaseEffect::to, &Base::id), column("release", "RELEASE", effect, moves),
              column("from", "", effect, &BaseEffect::from, &Base::number),
              column("to", "", effect, &BaseEffect::to, &Base::number),
              column("change", "CHANGE", effect, &BaseEffect::kind, kind), column("download", "DOWNLOAD", download),
              column("disk", "DISK", [](const Row& row) { return size(row.cost.disk); }),
              column("commit", "", effect, &BaseEffect::to, &Base::commit),
              column("volume", "", effect, &BaseEffect::to, &Base::volume));
    using plan::KeptBase;
    const auto keeps = [](const Base& base) {
        return shown_as(text(release_name(base)), "keeps " + release_name(base));
    };
    out.table("kept_bases", change.plan.kept_bases, column("qube", "QUBE", &KeptBase::qube),
              column("app", "APP", &KeptBase::app, app_value), column("keeps", "IN ITS VIEW", &KeptBase::keeps, keeps),
              column("why", "BECAUSE", &KeptBase::why));
    using plan::BaseNote;
    out.table("base_stays", change.plan.base_notes, column("qube", "QUBE", &BaseNote::qube),
              column("base", "BASE STAYS", &BaseNote::base), column("why", "BECAUSE", &BaseNote::why));
    if (!change.plan.then.empty()) {
        out.field("steps",
                  shown_as(number(2), "what fits the base that runs is live at once; the base and the rest "
                                      "come with the next start"),
                  "In two steps");
    }
}

} // namespace qpkg::cli
