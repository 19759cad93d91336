// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/base.hpp"
#include "app/make/sources.hpp"
#include "cli/full/commands.hpp"
#include "cli/sources/package_sources.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>

namespace qpkg::cli {
namespace {

Document describe(const app::BaseReport& report, const std::string& command)
{
    const auto& base = report.base;
    const auto name = base.id.text();
    return Document(command)
        .field("base", name, "Base")
        .field("level", base.level, "Level")
        .field("packages", base.packages.size(), "Packages")
        .field("size", size(report.size), "Size")
        .field("volume_size", size(base.volume_size), "Volume")
        .field("shared", size(report.shared), "Shared with the object store")
        .field("commit", base.commit, "Commit")
        .field("volume", base.volume, "Root")
        .field("changed", flag(!report.unchanged))
        .done(report.unchanged ? "Done: base " + name + " was here already, the same to the last byte."
                               : "Done: base " + name + " is here.")
        .field("directory", report.directory, report.directory.empty() ? "" : "Directory")
        .next(report.directory.empty() ? "To make a qube of it: qpkg qube create NAME --base " + name
                                       : "To publish it: qpkg publish " + report.directory.string());
}

void show(Context& context, const app::BaseReport& report)
{
    if (report.unchanged) {
        context.show_unchanged(describe(report, context.command));
    } else {
        context.show(describe(report, context.command));
    }
}

Proposal propose_making(Context& context, std::function<Document()> plan,
                        std::function<app::BaseReport(const app::BeginWriting&)> step)
{
    const auto make = [&context, step = std::move(step)] {
        std::optional<engine::WriterLock> lock;
        context.make_state_directory();
        show(context, step([&] { lock.emplace(context.lock()); }));
    };
    return {std::move(plan), make, Consent::implied};
}

Document plan_of(Context& context, const app::BaseRequest& request)
{
    const auto id = app::plan_base(context.world(), request);
    Document out("base-build");
    out.field("base", id, "Base");
    out.field("with", request.packages, "With");
    out.field("mirror", request.mirror, "Packages from");
    const bool is_here = context.world().db.snapshot().find_base(id) != nullptr;
    return out.field("replaces", shown_as(flag(is_here), "the one that is here"), is_here ? "Replaces" : "");
}

Document plan_of(const app::BaseImport& request)
{
    const auto archive = files::open(request.archive, O_RDONLY);
    Document out("base-import");
    out.field("base", request.id.empty() ? std::string() : BaseId::require(request.id).text(), "Base");
    return out.field("archive", request.archive, "From");
}

} // namespace

Command base_build_command(Context& context)
{
    auto request = std::make_shared<app::BaseRequest>();
    return {"base build",
            Section::sources,
            {{"BASE", &request->id, text::join(app::makeable_bases(package_sources()), " or "), required(Names::bases)},
             {"--id ORG.NAME", &request->as, "its id (default: local.BASE)"},
             {"--out DIR", &request->out, "make DIR/ID for `qpkg publish`, too"},
             {"--with PACKAGE", &request->packages, "more of its packages, with what they need", {.separator = ','}},
             {"--level N", &request->level, "begin a level: what was built on an earlier one no longer has to fit",
              between(1, 9'999)},
             {"--mirror URL", &request->mirror, "take its packages from here"},
             {"--keyring FILE", &request->keyring, "who signs them there, in place of the distribution"}},
            Writes{[&context, request] {
                return propose_making(
                    context, [&context, request] { return plan_of(context, *request); },
                    [&context, request](const app::BeginWriting& begin_writing) {
                        return app::build_base(context.world(), *request, begin_writing);
                    });
            }}};
}

Command base_import_command(Context& context)
{
    auto request = std::make_shared<app::BaseImport>();
    return {"base import",
            Section::sources,
            {{"TAR", &request->archive, "a root file system: tar, or tar with gzip, bzip2, xz or zstd", required()},
             {"--id NAME", &request->id, "its name (default: from its os-release)"},
             {"--out DIR", &request->out, "make DIR/NAME for `qpkg publish`, too"},
             {"--level N", &request->level, "begin a level", between(1, 9'999)}},
            Writes{[&context, request] {
                return propose_making(
                    context, [request] { return plan_of(*request); },
                    [&context, request](const app::BeginWriting& begin_writing) {
                        return app::import_base(context.world(), *request, begin_writing);
                    });
            }}};
}

} // namespace qpkg::cli
