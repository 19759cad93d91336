// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/owners/owns.hpp"

#include "cli/full/commands.hpp"

namespace qpkg::cli {
namespace {

Document describe(const std::vector<app::Ownership>& found)
{
    Document out("owns");
    using app::Ownership;
    const auto package = [](const std::string& name) {
        return shown_as(text(name), name.empty() ? "(made by a script)" : name);
    };
    out.table("owners", found, column("path", "PATH", &Ownership::path),
              column("package", "PACKAGE", &Ownership::package, package), column("app", "APP", &Ownership::app),
              column("version", "VERSION", &Ownership::version), column("licences", "LICENCES", &Ownership::licences));
    return out;
}

} // namespace

Command owns_command(Context& context)
{
    auto request = std::make_shared<app::OwnsRequest>();
    return {"owns",
            Section::insight,
            {{"PATH", &request->path, "an absolute path, as the app sees it", required()},
             {"--app APP", &request->app, "ask this app, installed or not", known(Names::apps)}},
            Refreshes{[&context, request] {
                context.show(describe(app::owns(context.world(), *request, context.reach())));
            }}};
}

} // namespace qpkg::cli
