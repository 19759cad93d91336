// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/bringing.hpp"

#include "app/use/code_wished.hpp"
#include "app/use/fetching.hpp"

#include "qpkg/base/log.hpp"

namespace qpkg::cli {
namespace {

/// Where it is for the sake of what was found damaged, that stays the reason when it cannot be had.
void lay_aside(app::Fetching& fetching, const std::optional<engine::Damaged>& damaged)
{
    try {
        fetching.lay_aside();
    } catch (const Error& error) {
        if (!damaged || error.code() == Code::interrupted || error.code() == Code::no_space) {
            throw;
        }
        throw Error(damaged->code(), std::string(damaged->what()) + " (" + error.what() + ')', damaged->hint());
    }
}

} // namespace

ImportReport bring_and(Context& context, app::PreparedChange& change, const std::function<void()>& work)
{
    auto& world = context.world();
    app::Fetching fetching(world, change);
    std::optional<engine::Damaged> damaged;
    for (bool is_done = false; !is_done;) {
        lay_aside(fetching, damaged);
        context.locked([&] { // not before: repositories and people take their time
            app::require_still_there(world, change);
            world.content.adopt_staged();
            try {
                work();
                is_done = true;
            } catch (const engine::Damaged& found) {
                if (damaged) {
                    throw;
                }
                qpkg::log::warning(std::string(found.what()) + "; what it is made of is fetched again");
                app::bring_again(world, change, found);
                damaged = found;
            }
        });
    }
    return fetching.transferred();
}

app::ChangeReport bring(Context& context, app::PreparedChange& change)
{
    app::require_agreed(change.plan);
    std::optional<app::ChangeReport> report;
    const auto transferred = bring_and(context, change, [&] { report = app::apply(context.world(), change); });
    engine::add(report->prepared.imported, transferred);
    return *std::move(report);
}

} // namespace qpkg::cli
