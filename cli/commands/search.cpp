// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const std::vector<app::Offer>& offers, const std::vector<std::string>& warnings)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& offer : offers) {
        rows.push_back({text(offer.release.app.text()), text(offer.release.version), text(offer.release.base.text()),
                        text(offer.repo.text()), text(offer.release.summary)});
    }
    if (rows.empty()) {
        out.line("No app matches.");
    }
    out.table(
        "apps",
        {{"app", "APP"}, {"version", "VERSION"}, {"base", "BASE"}, {"repository", "FROM"}, {"summary", "SUMMARY"}},
        std::move(rows));
    if (!warnings.empty()) {
        out.field("warnings", list(warnings), "Warning");
    }
}

} // namespace

void add_search(CLI::App& app, Context& context)
{
    auto words = std::make_shared<std::vector<std::string>>();
    auto* command = add_command(app, context, "search", "search", [&context, words] {
        const auto reach = context.options.offline ? app::Reach::offline : app::Reach::online;
        std::vector<std::string> warnings;
        const auto offers = app::search(context.world(), *words, reach, warnings);
        if (reach == app::Reach::online) {
            context.keep_what_was_verified();
        }
        Document out("search");
        describe(out, offers, warnings);
        context.show(out);
    });
    command->add_option("WORD", *words, "words of the name or the summary; none: everything");
}

} // namespace qpkg::cli
