// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

Value number_of(const app::GenerationChange& generation)
{
    return shown_as(number(generation.number), (generation.current ? "* " : "  ") + std::to_string(generation.number));
}

Value changes_of(const app::GenerationChange& generation)
{
    auto changes = list(generation.changes);
    return generation.before_gone ? shown_as(std::move(changes), "(the one before is gone)") : changes;
}

} // namespace

Command history_command(Context& context)
{
    using app::GenerationChange;
    auto qube = std::make_shared<std::string>();
    return {"history",
            Section::insight,
            {{"QUBE", qube.get(), "the qube", required(Names::qubes)}},
            Reads{[&context, qube] {
                context.show(Document("history").table(
                    "generations", app::history(context.world(), *qube), column("number", "  GENERATION", number_of),
                    column("current", "", &GenerationChange::current),
                    column("created", "MADE", &GenerationChange::created, time),
                    column("changes", "CHANGES", changes_of), column("before_gone", "", &GenerationChange::before_gone),
                    column("reason", "BY", &GenerationChange::reason)));
            }}};
}

} // namespace qpkg::cli
