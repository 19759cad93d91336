// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const std::vector<app::GenerationChange>& generations)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& generation : generations) {
        rows.push_back({shown_as(number(generation.number),
                                 (generation.current ? "* " : "  ") + std::to_string(generation.number)),
                        flag(generation.current), time(generation.created), list(generation.changes),
                        text(generation.reason)});
    }
    out.table(
        "generations",
        {{"number", "  GENERATION"}, {"current", ""}, {"created", "MADE"}, {"changes", "CHANGES"}, {"reason", "BY"}},
        std::move(rows));
}

} // namespace

void add_history(CLI::App& app, Context& context)
{
    auto qube = std::make_shared<std::string>();
    auto* command = add_command(app, context, "history", "history", [&context, qube] {
        Document out("history");
        describe(out, app::history(context.world(), *qube));
        context.show(out);
    });
    command->add_option("QUBE", *qube, "the qube")->required();
}

} // namespace qpkg::cli
