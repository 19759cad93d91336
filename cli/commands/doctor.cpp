// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/doctor.hpp"

#include "cli/commands.hpp"

#include <algorithm>

namespace qpkg::cli {

namespace {

void doctor(Context& context)
{
    const auto damage = context.database_damage();
    if (damage) {
        context.overlook_database();
    }
    auto findings = app::diagnose(context.world());
    if (damage) {
        findings.insert(findings.begin(),
                        {HostFault::Weight::problem, (context.options.root / "state.db").string(),
                         "it is damaged: " + *damage, "set it aside and record what can be told: qpkg restore"});
    }
    const auto problems = std::ranges::count(findings, HostFault::Weight::problem, &HostFault::weight);
    const auto word_of = [](HostFault::Weight weight) {
        return std::string(weight == HostFault::Weight::problem ? "problem" : "advice");
    };
    Document out("doctor");
    out.table("findings", findings, column("weight", "WEIGHT", &HostFault::weight, word_of),
              column("subject", "ABOUT", &HostFault::subject), column("words", "FINDING", &HostFault::words),
              column("hint", "TO DO", &HostFault::hint));
    out.field("problems", number(static_cast<std::uint64_t>(problems)));
    if (problems == 0) {
        out.done("Done: nothing keeps volumes from qubes.");
    } else {
        context.exit_code = static_cast<int>(Code::failed);
        out.done("Failed: " + std::to_string(problems) + (problems == 1 ? " problem." : " problems."));
    }
    context.show(out);
}

} // namespace

Command doctor_command(Context& context)
{
    return {"doctor", Section::state, {}, Reads{[&context] { doctor(context); }}};
}

} // namespace qpkg::cli
