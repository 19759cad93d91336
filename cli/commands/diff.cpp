// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

std::string or_dash(const std::string& version) { return version.empty() ? "-" : version; }

Document describe(const app::DiffReport& report)
{
    Document out("diff");
    out.field("qube", report.qube);
    out.field("from", report.from);
    out.field("to", report.to);
    out.line("qube " + report.qube.text() + ", generation " + std::to_string(report.from) + " → " +
             std::to_string(report.to));
    if (report.apps.empty() && report.bases.empty()) {
        out.line("No difference.");
    }
    const auto version = [](const std::string& known) { return shown_as(text(known), or_dash(known)); };
    out.table("bases", report.bases, column("base", "BASE", &app::BaseDifference::base),
              column("from", "FROM", &app::BaseDifference::from, version),
              column("to", "TO", &app::BaseDifference::to, version));
    out.table("apps", report.apps, column("app", "APP", &app::AppDifference::app),
              column("from", "FROM", &app::AppDifference::from, version),
              column("to", "TO", &app::AppDifference::to, version));
    std::vector<std::vector<Value>> packages;
    for (const auto& base : report.bases) {
        for (const auto& line : base.packages) {
            packages.push_back({text(base.base.text()), text(line)});
        }
    }
    for (const auto& app : report.apps) {
        for (const auto& line : app.packages) {
            packages.push_back({text(app.app.text()), text(line)});
        }
    }
    out.table("packages", {{"app", "IN"}, {"change", "PACKAGE"}}, std::move(packages));
    return out;
}

struct DiffRequest {
    std::string qube;
    std::optional<std::uint64_t> from;
    std::optional<std::uint64_t> to;
};

} // namespace

Command diff_command(Context& context)
{
    auto request = std::make_shared<DiffRequest>();
    return {"diff",
            Section::insight,
            {{"QUBE", &request->qube, "the qube", required(Names::qubes)},
             {"FROM", &request->from, "a generation; by default the one before TO"},
             {"TO", &request->to, "a generation; by default the current one"}},
            Reads{[&context, request] {
                context.show(describe(app::diff(context.world(), request->qube, request->from, request->to)));
            }}};
}

} // namespace qpkg::cli
