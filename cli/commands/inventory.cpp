// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/inventory.hpp"

#include "cli/commands.hpp"

#include "qpkg/core/files.hpp"

namespace qpkg::cli {
namespace {

Proposal propose_export(Context& context, const std::string& out)
{
    const auto inventory = app::take_inventory(context.world());
    const auto bytes = encode_inventory(inventory);
    Document found("inventory-export");
    found.field("file", out)
        .field("releases", inventory.releases.size(), "Installed releases")
        .field("commits", inventory.commits.size(), "Commits")
        .field("objects", inventory.objects.size(), "Files")
        .field("size", size(bytes.size()), "Size");
    const auto write = [&context, found, bytes, out]() mutable {
        if (out == "-") {
            context.print(bytes);
            return;
        }
        files::write(out, bytes);
        context.show(found.done("Done: " + out + " says what is here.")
                         .next("Where the repository is: qpkg bundle create --repo DIR --for " + out + " --out FILE"));
    };
    return {[found] { return found; }, write, Consent::implied};
}

} // namespace

Command inventory_export_command(Context& context)
{
    auto out = std::make_shared<std::string>("-");
    return {"inventory export",
            Section::sources,
            {{"--out FILE", out.get(), "the file to write; - (the default) is standard output"}},
            Writes{[&context, out] { return propose_export(context, *out); }}};
}

} // namespace qpkg::cli
