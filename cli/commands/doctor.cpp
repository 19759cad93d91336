// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/doctor.hpp"

#include "cli/commands.hpp"

#include <algorithm>

namespace qpkg::cli {

namespace {

void doctor(Context& context)
{
    const auto findings = app::diagnose(context.world());
    const auto problems = std::ranges::count(findings, Finding::Weight::problem, &Finding::weight);
    const auto word_of = [](Finding::Weight weight) {
        return std::string(weight == Finding::Weight::problem ? "problem" : "advice");
    };
    Document out("doctor");
    out.table("findings", findings, column("weight", "WEIGHT", &Finding::weight, word_of),
              column("subject", "ABOUT", &Finding::subject), column("words", "FINDING", &Finding::words),
              column("hint", "TO DO", &Finding::hint));
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
    return {"doctor", Section::state, {}, [&context] { doctor(context); }};
}

} // namespace qpkg::cli
