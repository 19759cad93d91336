// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/base_check.hpp"

#include "app/rebuild/site_tests.hpp"
#include "cli/full/commands.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

/// One misfit, with the release that it is of.
struct MisfitRow {
    const app::CheckedFit* of;
    const plan::Misfit* misfit;
};

std::string_view word_of_rule(plan::Misfit::Rule rule)
{
    using enum plan::Misfit::Rule;
    switch (rule) {
    case base:
        return "base";
    case level:
        return "level";
    case excluded:
        return "excluded";
    case package:
        return "package";
    case relation:
        return "relation";
    case library:
        return "library";
    case path:
        return "path";
    }
    return "";
}

Value answer_of(const app::CheckedFit& row)
{
    if (!row.problem.empty()) {
        return shown_as(text("not-checked"), "not checked: " + row.problem);
    }
    if (!row.failure.empty()) {
        return text("fails");
    }
    return row.misfits.empty() ? text("fits") : shown_as(text("does-not-fit"), "does not fit");
}

Value base_release_of(const app::CheckedFit& row)
{
    const auto shown = row.base_version + (row.base_sequence == 0 ? "" : " r" + std::to_string(row.base_sequence));
    return shown_as(number(row.base_sequence), shown);
}

std::size_t add_misfits(Document& out, const std::vector<app::CheckedFit>& rows)
{
    std::vector<MisfitRow> misfits;
    std::size_t misfitting = 0;
    for (const auto& row : rows) {
        misfitting += row.misfits.empty() ? 0U : 1U;
        std::ranges::transform(row.misfits, std::back_inserter(misfits), [&](const plan::Misfit& misfit) {
            return MisfitRow{&row, &misfit};
        });
    }
    const auto app = [](const MisfitRow& row) { return row.of->app; };
    const auto sequence = [](const MisfitRow& row) { return row.of->sequence; };
    const auto channel = [](const MisfitRow& row) { return row.of->channel; };
    const auto rule = [](const MisfitRow& row) { return text(std::string(word_of_rule(row.misfit->rule))); };
    const auto what = [](const MisfitRow& row) { return row.misfit->what; };
    const auto needed = [](const MisfitRow& row) { return row.misfit->needed; };
    const auto there = [](const MisfitRow& row) { return row.misfit->there; };
    out.table("misfits", misfits, column("app", "APP", app), column("channel", "", channel),
              column("sequence", "", sequence), column("rule", "RULE", rule), column("what", "WHAT", what),
              column("needed", "NEEDED", needed), column("there", "THERE", there));
    return misfitting;
}

struct CheckRequest : app::BaseCheck {
    bool tests = false;
};

/// Returns how many failed.
std::size_t add_failures(Document& out, const std::vector<app::CheckedFit>& rows)
{
    using app::CheckedFit;
    std::vector<const CheckedFit*> failed;
    for (const auto& row : rows) {
        if (!row.failure.empty()) {
            failed.push_back(&row);
        }
    }
    out.table("failures", failed, column("app", "APP", [](const CheckedFit* row) { return row->app; }),
              column("channel", "", [](const CheckedFit* row) { return row->channel; }),
              column("sequence", "", [](const CheckedFit* row) { return row->sequence; }),
              column("what", "FAILED", [](const CheckedFit* row) { return row->failure; }));
    return failed.size();
}

void check(Context& context, const CheckRequest& request)
{
    using app::CheckedFit;
    auto rows = app::check_bases(context.world(), request);
    if (request.tests) {
        app::test_on_bases(context.world(), request.site, rows);
    }
    const auto unchecked = std::ranges::count_if(rows, [](const CheckedFit& row) { return !row.problem.empty(); });
    Document out("base-check");
    out.table("releases", rows, column("app", "APP", &CheckedFit::app),
              column("version", "VERSION", &CheckedFit::version), column("channel", "", &CheckedFit::channel),
              column("arch", "", &CheckedFit::arch), column("sequence", "", &CheckedFit::sequence),
              column("base", "BASE", &CheckedFit::base), column("base_sequence", "RELEASE", base_release_of),
              column("base_version", "", &CheckedFit::base_version), column("answer", "ANSWER", answer_of),
              column("tests", request.tests ? "TESTS" : "", &CheckedFit::tests),
              column("problem", "", &CheckedFit::problem));
    const auto misfitting = add_misfits(out, rows);
    const auto failing = add_failures(out, rows);
    out.field("misfitting", misfitting).field("not_checked", static_cast<std::uint64_t>(unchecked));
    const auto count = std::to_string(rows.size()) + (rows.size() == 1 ? " release" : " releases");
    if (misfitting > 0) {
        context.exit_code = static_cast<int>(Code::conflict);
        out.done("Failed: " + std::to_string(misfitting) + " of " + count + " do not fit.");
        out.next("To make them fit: build them on that base, qpkg build, and publish them with it");
    } else if (failing > 0) {
        context.exit_code = static_cast<int>(Code::conflict);
        out.done("Failed: the tests of " + std::to_string(failing) + " of " + count + " do not pass.");
    } else if (unchecked > 0) {
        context.exit_code = static_cast<int>(Code::partly);
        out.done("Partly done: " + std::to_string(unchecked) + " of " + count + " could not be checked.");
    } else {
        out.done("Done: " + count + " fit.");
    }
    context.show(out);
}

} // namespace

Command base_check_command(Context& context)
{
    auto request = std::make_shared<CheckRequest>();
    return {"base check",
            Section::sources,
            {{"LOCATION", &request->site, "a repository: a directory or http(s) URL", required()},
             {"--base DIR", &request->base, "compare with what `qpkg base build --out` made, not with what is listed"},
             {"--tests", &request->tests, "run the recipes' tests of what fits, too"}},
            Reads{[&context, request] { check(context, *request); }}};
}

} // namespace qpkg::cli
