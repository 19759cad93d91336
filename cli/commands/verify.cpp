// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

void verify(Context& context)
{
    using app::Verdict;
    const auto verdicts = app::verify(context.world());
    const auto damaged =
        std::ranges::count_if(verdicts, [](const Verdict& verdict) { return !verdict.problem.empty(); });
    const auto shortened = [](const std::string& id) { return shown_as(text(id), id.substr(0, 16)); };
    const auto result = [](const std::string& problem) {
        return shown_as(text(problem), problem.empty() ? "ok" : problem);
    };
    Document out("verify");
    out.table("checked", verdicts, column("kind", "KIND", &Verdict::kind), column("what", "OF", &Verdict::what),
              column("id", "NAME", &Verdict::id, shortened), column("problem", "RESULT", &Verdict::problem, result));
    out.field("damaged", number(static_cast<std::uint64_t>(damaged)));
    if (damaged == 0) {
        out.done("Done: " + std::to_string(verdicts.size()) + " volumes and commits are as they were signed.");
    } else {
        context.exit_code = static_cast<int>(Code::corrupt);
        out.done("Failed: " + std::to_string(damaged) + " of " + std::to_string(verdicts.size()) + " are damaged.");
        out.next("To bring back what is damaged or missing, from what is here and from repositories: qpkg restore");
    }
    context.show(out);
}

} // namespace

Command verify_command(Context& context)
{
    return {"verify", Section::insight, {}, Reads{[&context] { verify(context); }}};
}

} // namespace qpkg::cli
