// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const std::vector<app::Offer>& offers, const std::vector<std::string>& warnings)
{
    using app::Offer;
    using trust::ListedRelease;
    if (offers.empty()) {
        out.line("No app matches.");
    }
    out.table("apps", offers, column("app", "APP", &Offer::release, &ListedRelease::app),
              column("version", "VERSION", &Offer::release, &ListedRelease::version),
              column("base", "BASE", &Offer::release, &ListedRelease::base), column("repository", "FROM", &Offer::repo),
              column("summary", "SUMMARY", &Offer::release, &ListedRelease::summary));
    if (!warnings.empty()) {
        out.field("warnings", warnings, "Warning");
    }
}

void search(Context& context, const std::vector<std::string>& words)
{
    std::vector<std::string> warnings;
    const auto offers = app::search(context.world(), words, context.reach(), warnings);
    Document out("search");
    describe(out, offers, warnings);
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
