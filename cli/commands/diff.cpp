// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const app::DiffReport& report)
{
    out.field("qube", text(report.qube.text()));
    out.field("from", number(report.from));
    out.field("to", number(report.to));
    out.line("qube " + report.qube.text() + ", generation " + std::to_string(report.from) + " → " +
             std::to_string(report.to));
    std::vector<std::vector<Value>> apps;
    std::vector<std::vector<Value>> packages;
    for (const auto& app : report.apps) {
        apps.push_back({text(app.app.text()), shown_as(text(app.from), app.from.empty() ? "-" : app.from),
                        shown_as(text(app.to), app.to.empty() ? "-" : app.to)});
        for (const auto& line : app.packages) {
            packages.push_back({text(app.app.text()), text(line)});
        }
    }
    if (apps.empty()) {
        out.line("No difference.");
    }
    out.table("apps", {{"app", "APP"}, {"from", "FROM"}, {"to", "TO"}}, std::move(apps));
    out.table("packages", {{"app", "IN"}, {"change", "PACKAGE"}}, std::move(packages));
}

struct Request {
    std::string qube;
    std::optional<std::uint64_t> from;
    std::optional<std::uint64_t> to;
};

} // namespace

void add_diff(CLI::App& app, Context& context)
{
    auto request = std::make_shared<Request>();
    auto* command = add_command(app, context, "diff", "diff", [&context, request] {
        Document out("diff");
        describe(out, app::diff(context.world(), request->qube, request->from, request->to));
        context.show(out);
    });
    command->add_option("QUBE", request->qube, "the qube")->required();
    command->add_option("FROM", request->from, "a generation; by default the one before TO");
    command->add_option("TO", request->to, "a generation; by default the current one");
}

} // namespace qpkg::cli
