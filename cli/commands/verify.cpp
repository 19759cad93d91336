// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

void describe(Document& out, const std::vector<app::Verdict>& verdicts)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& verdict : verdicts) {
        rows.push_back({text(verdict.kind), text(verdict.what), shown_as(text(verdict.id), verdict.id.substr(0, 16)),
                        shown_as(text(verdict.problem), verdict.problem.empty() ? "ok" : verdict.problem)});
    }
    out.table("checked", {{"kind", "KIND"}, {"what", "OF"}, {"id", "NAME"}, {"problem", "RESULT"}}, std::move(rows));
}

} // namespace

void add_verify(CLI::App& app, Context& context)
{
    add_command(app, context, "verify", "verify", [&context] {
        const auto verdicts = app::verify(context.world());
        const auto damaged = std::count_if(verdicts.begin(), verdicts.end(),
                                           [](const app::Verdict& verdict) { return !verdict.problem.empty(); });
        Document out("verify");
        describe(out, verdicts);
        out.field("damaged", number(static_cast<std::uint64_t>(damaged)));
        if (damaged == 0) {
            out.done("Done: " + std::to_string(verdicts.size()) + " volumes and commits are as they were signed.");
        } else {
            context.exit_code = static_cast<int>(Code::corrupt);
            out.done("Failed: " + std::to_string(damaged) + " of " + std::to_string(verdicts.size()) + " are damaged.");
            out.next("To make a volume again from the object store: qpkg remove APP --from QUBE, qpkg gc --keep 0, "
                     "qpkg install APP --into QUBE");
        }
        context.show(out);
    });
}

} // namespace qpkg::cli
