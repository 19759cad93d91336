// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/doctor.hpp"

#include "cli/commands.hpp"

#include <algorithm>

namespace qpkg::cli {

void add_doctor(CLI::App& app, Context& context)
{
    add_command(app, context, "doctor", "doctor", [&context] {
        const auto findings = app::diagnose(context.world());
        std::vector<std::vector<Value>> rows;
        for (const auto& finding : findings) {
            rows.push_back({text(finding.weight == Finding::Weight::problem ? "problem" : "advice"),
                            text(finding.subject), text(finding.words), text(finding.hint)});
        }
        const auto problems = std::ranges::count(findings, Finding::Weight::problem, &Finding::weight);
        Document out("doctor");
        out.table("findings", {{"weight", "WEIGHT"}, {"subject", "ABOUT"}, {"words", "FINDING"}, {"hint", "TO DO"}},
                  std::move(rows));
        out.field("problems", number(static_cast<std::uint64_t>(problems)));
        if (problems == 0) {
            out.done("Done: nothing keeps volumes from qubes.");
        } else {
            context.exit_code = static_cast<int>(Code::failed);
            out.done("Failed: " + std::to_string(problems) + (problems == 1 ? " problem." : " problems."));
        }
        context.show(out);
    });
}

} // namespace qpkg::cli
