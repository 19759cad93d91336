// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/why.hpp"

#include "cli/commands.hpp"
#include "cli/names_view.hpp"

namespace qpkg::cli {
namespace {

Document describe(const app::Reasons& reasons)
{
    Document out("why");
    describe_names(out, reasons.names, Telling::as_it_is);
    using app::Reason;
    const bool of_file = !reasons.holders.empty() && reasons.holders.front().package.empty();
    out.table("reasons", reasons.holders, column("package", of_file ? "" : "PACKAGE", &Reason::package),
              column("file", of_file ? "FILE" : "", &Reason::file), column("version", "VERSION", &Reason::version),
              column("qube", "QUBE", &Reason::qube), column("holder", "BROUGHT BY", &Reason::holder),
              column("asked_by", "BECAUSE OF", &Reason::asked_by));
    return out;
}

} // namespace

Command why_command(Context& context)
{
    auto word = std::make_shared<std::string>();
    return {"why",
            Section::insight,
            {{"NAME", word.get(), "a package of the distribution, such as libnss3, a file, or a command", required()}},
            Reads{[&context, word] { context.show(describe(app::why(context.world(), *word))); }}};
}

} // namespace qpkg::cli
