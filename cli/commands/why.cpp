// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/why.hpp"

#include "cli/commands.hpp"
#include "cli/names_view.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const app::Reasons& reasons)
{
    describe_names(out, reasons.names, Telling::as_it_is);
    std::vector<std::vector<Value>> rows;
    for (const auto& reason : reasons.holders) {
        rows.push_back({text(reason.package), text(reason.file), text(reason.version), text(reason.qube.text()),
                        text(reason.holder), text(reason.asked_by)});
    }
    const bool of_file = !reasons.holders.empty() && reasons.holders.front().package.empty();
    out.table("reasons",
              {{"package", of_file ? "" : "PACKAGE"},
               {"file", of_file ? "FILE" : ""},
               {"version", "VERSION"},
               {"qube", "QUBE"},
               {"holder", "BROUGHT BY"},
               {"asked_by", "BECAUSE OF"}},
              std::move(rows));
}

} // namespace

void add_why(CLI::App& app, Context& context)
{
    auto word = std::make_shared<std::string>();
    auto* command = add_command(app, context, "why", "why", [&context, word] {
        Document out("why");
        describe(out, app::why(context.world(), *word));
        context.show(out);
    });
    command->add_option("NAME", *word, "a package of the distribution, such as libnss3, a file, or a command")
        ->required();
}

} // namespace qpkg::cli
