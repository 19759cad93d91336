// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/inventory.hpp"

#include "cli/commands.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <iostream>

namespace qpkg::cli {
namespace {

void write(Context& context, const std::string& out)
{
    const auto inventory = app::take_inventory(context.world());
    const auto bytes = encode_inventory(inventory);
    if (out == "-") {
        std::cout << bytes;
        if (!std::cout.flush()) {
            throw Error(Code::failed, "write the inventory to standard output");
        }
        return;
    }
    files::write(out, bytes);
    context.show(Document("inventory-export")
                     .field("file", out)
                     .field("releases", inventory.releases.size(), "Installed releases")
                     .field("commits", inventory.commits.size(), "Commits")
                     .field("objects", inventory.objects.size(), "Files")
                     .field("size", size(bytes.size()), "Size")
                     .done("Done: " + out + " says what is here.")
                     .next("Where the repository is: qpkg bundle create --repo DIR --for " + out + " --out FILE"));
}

} // namespace

Command inventory_export_command(Context& context)
{
    auto out = std::make_shared<std::string>("-");
    return {"inventory export",
            Section::sources,
            {{"--out FILE", out.get(), "the file to write; - (the default) is standard output"}},
            [&context, out] { write(context, *out); }};
}

} // namespace qpkg::cli
