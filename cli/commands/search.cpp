// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "app/world.hpp"
#include "cli/commands.hpp"
#include "cli/role.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const std::vector<app::Offer>& offers)
{
    using app::Offer;
    using trust::ListedRelease;
    out.table("apps", offers, column("app", "APP", &Offer::release, &ListedRelease::app),
              column("version", "VERSION", &Offer::release, &ListedRelease::version),
              column("base", "BASE", &Offer::release, &ListedRelease::base), column("repository", "FROM", &Offer::repo),
              column("summary", "SUMMARY", &Offer::release, &ListedRelease::summary));
}

void search(Context& context, const std::vector<std::string>& words)
{
    std::vector<std::string> warnings;
    const auto offers = app::search(context.world(), words, context.reach(), warnings);
    Document out("search");
    describe(out, offers);
    const bool is_found = describe_buildable(context, out, words) || !offers.empty();
    if (!warnings.empty()) {
        out.field("warnings", warnings, "Warning");
    }
    if (context.world().db.snapshot().repositories.empty()) {
        out.line("There is no repository yet.");
        out.next(first_step(context));
    } else if (!is_found) {
        out.line("No app matches.");
    }
    context.show(out);
}

} // namespace

Command search_command(Context& context)
{
    auto words = std::make_shared<std::vector<std::string>>();
    return {"search",
            Section::apps,
            {{"WORD", words.get(), "words of the name or the summary; none: everything"}},
            Refreshes{[&context, words] { search(context, *words); }}};
}

} // namespace qpkg::cli
