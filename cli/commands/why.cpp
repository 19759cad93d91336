// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const std::vector<app::Reason>& reasons)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& reason : reasons) {
        rows.push_back({text(reason.package), text(reason.version), text(reason.qube.text()), text(reason.holder),
                        text(reason.asked_by)});
    }
    out.table("reasons",
              {{"package", "PACKAGE"},
               {"version", "VERSION"},
               {"qube", "QUBE"},
               {"holder", "BROUGHT BY"},
               {"asked_by", "BECAUSE OF"}},
              std::move(rows));
}

} // namespace

void add_why(CLI::App& app, Context& context)
{
    auto package = std::make_shared<std::string>();
    auto* command = add_command(app, context, "why", "why", [&context, package] {
        Document out("why");
        describe(out, app::why(context.world(), *package));
        context.show(out);
    });
    command->add_option("PACKAGE", *package, "a package of the distribution, such as libnss3")->required();
}

} // namespace qpkg::cli
