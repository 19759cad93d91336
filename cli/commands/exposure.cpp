// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/exposure.hpp"

#include "cli/commands.hpp"

#include <memory>
#include <set>

namespace qpkg::cli {
namespace {

using app::Exposed;
using app::Standing;

std::string standing_word(Standing standing)
{
    switch (standing) {
    case Standing::has:
        return "has";
    case Standing::mended:
        return "mended";
    case Standing::lacks:
        return "lacks";
    }
    return {};
}

/// What a person needs to know of the qube before doing anything.
std::string exposed_state(const Exposed& row)
{
    std::string words = row.runs ? "running" : "stopped";
    words += row.disposable ? ", disposable" : "";
    words += row.networked ? "" : ", without network";
    return words;
}

/// How it is before and after the next start.
std::string exposed_when(const Exposed& row)
{
    if (row.disposable || (row.runs && row.wanted)) {
        return "";
    }
    return row.runs ? "until it starts again" : "from its next start";
}

std::string mending_words(const Exposed& row)
{
    switch (row.standing) {
    case Standing::has:
        return "";
    case Standing::mended:
        return "mended";
    case Standing::lacks:
        return row.mended_by.empty() ? "lacks it" : "lacks it; mended by " + row.mended_by;
    }
    return {};
}

std::string exposed_total(const app::Exposure& exposure)
{
    std::set<QubeName> qubes;
    for (const auto& row : exposure.rows) {
        if (row.standing != Standing::mended) {
            qubes.insert(row.qube);
        }
    }
    if (qubes.empty()) {
        return "no qube lacks what mends " + exposure.word + ", as far as is known here.";
    }
    const bool is_hole = exposure.rows.front().standing != Standing::has;
    return count_of(qubes.size(), "qube") + (qubes.size() == 1 ? " has " : " have ") +
           (is_hole ? "something that lacks what mends " : "") + exposure.word + '.';
}

Document describe(const app::Exposure& exposure)
{
    Document out("exposure");
    const auto holder = [](const Exposed& row) {
        return shown_as(text(row.holder), row.holder + (row.version.empty() ? "" : ' ' + row.version));
    };
    const auto what = [](const Exposed& row) {
        return shown_as(text(row.what), row.what + (row.what_version.empty() ? "" : ' ' + row.what_version));
    };
    const auto standing = [](const Exposed& row) {
        return shown_as(text(standing_word(row.standing)), mending_words(row));
    };
    const auto runs = [](const Exposed& row) { return shown_as(flag(row.runs), exposed_state(row)); };
    const auto wanted = [](const Exposed& row) { return shown_as(flag(row.wanted), exposed_when(row)); };
    out.field("word", exposure.word);
    out.table("exposed", exposure.rows, column("qube", "QUBE", &Exposed::qube), column("running", "STATE", runs),
              column("holder", "IN", holder), column("version", "", &Exposed::version), column("what", "HAS", what),
              column("what_version", "", &Exposed::what_version), column("standing", "FIX", standing),
              column("mended_by", "", &Exposed::mended_by), column("wanted", "WHEN", wanted),
              column("disposable", "", &Exposed::disposable), column("networked", "", &Exposed::networked));
    out.field("unknown", exposure.unknown, exposure.unknown.empty() ? "" : "Not known of");
    out.done(exposed_total(exposure));
    if (!exposure.unknown.empty()) {
        out.next("what an app is made of comes with it: qpkg restore");
    }
    return out;
}

} // namespace

Command exposure_command(Context& context)
{
    auto word = std::make_shared<std::string>();
    return {"exposure",
            Section::insight,
            {{"NAME|CVE", word.get(), "a package, a library as libssl.so.3, a vulnerability, or the SHA-256 of a file",
              required()}},
            Reads{[&context, word] { context.show(describe(app::exposure(context.world(), *word))); }}};
}

} // namespace qpkg::cli
