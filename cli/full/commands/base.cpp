// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/base.hpp"

#include "app/make/sources.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/package_sources.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

Document describe(const app::BaseReport& report, const std::string& command)
{
    const auto& base = report.base;
    const auto name = base.id.text();
    return Document(command)
        .field("base", text(name), "Base")
        .field("level", number(base.level), "Level")
        .field("packages", number(base.packages.size()), "Packages")
        .field("size", size(report.size), "Size")
        .field("volume_size", size(base.volume_size), "Volume")
        .field("shared", size(report.shared), "Shared with the object store")
        .field("commit", text(base.commit.hex()), "Commit")
        .field("volume", text(base.volume.hex()), "Root")
        .field("changed", flag(!report.unchanged))
        .done(report.unchanged ? "Done: base " + name + " was here already, the same to the last byte."
                               : "Done: base " + name + " is here.")
        .next("To make a qube of it: qpkg qube create NAME --base " + name);
}

void show(Context& context, const app::BaseReport& report)
{
    if (report.unchanged) {
        context.show_unchanged(describe(report, context.command));
    } else {
        context.show(describe(report, context.command));
    }
}

void make(Context& context, const std::function<app::BaseReport(const app::BeginWriting&)>& step)
{
    std::optional<engine::WriterLock> lock;
    context.make_state_directory();
    show(context, step([&] { lock.emplace(context.lock()); }));
}

void refuse_dry_run(const Context& context)
{
    if (context.options.dry_run) {
        throw Error(Code::usage, "making a base has no dry run");
    }
}

void add_base_build(CLI::App& group, Context& context)
{
    auto request = std::make_shared<app::BaseRequest>();
    auto* command = add_command(group, context, "build", "base-build", [&context, request] {
        refuse_dry_run(context);
        make(context, [&](const app::BeginWriting& begin_writing) {
            return app::build_base(context.world(), *request, begin_writing);
        });
    });
    command->add_option("BASE", request->id, text::join(app::makeable_bases(package_sources()), " or "))->required();
    command->add_option("--with", request->packages, "more of its packages, with what they need")
        ->delimiter(',')
        ->type_name("PACKAGE");
    command->add_option("--mirror", request->mirror, "take its packages from here")->type_name("URL");
}

void add_base_import(CLI::App& group, Context& context)
{
    auto request = std::make_shared<app::BaseImport>();
    auto* command = add_command(group, context, "import", "base-import", [&context, request] {
        refuse_dry_run(context);
        make(context, [&](const app::BeginWriting& begin_writing) {
            return app::import_base(context.world(), *request, begin_writing);
        });
    });
    command->add_option("TAR", request->archive, "a root file system: tar, or tar with gzip, bzip2, xz or zstd")
        ->required();
    command->add_option("--id", request->id, "its name (default: from its os-release)")->type_name("NAME");
}

void add_base_list(CLI::App& group, Context& context)
{
    auto* command = add_command(group, context, "list", "base-list", [&context] {
        std::vector<std::vector<Value>> rows;
        for (const auto& base : context.world().db.snapshot().bases) {
            rows.push_back({text(base.id.text()), number(base.level), number(base.packages.size()),
                            size(base.volume_size), time(base.created), text(base.commit.hex()),
                            text(base.volume.hex())});
        }
        Document out("base-list");
        if (rows.empty()) {
            out.line("No bases yet. To make one: qpkg base build debian-12");
        }
        context.show(out.table("bases",
                               {{"base", "BASE"},
                                {"level", "LEVEL"},
                                {"packages", "PACKAGES"},
                                {"volume_size", "SIZE"},
                                {"created", "MADE"},
                                {"commit", ""},
                                {"volume", ""}},
                               std::move(rows)));
    });
    command->alias("ls");
}

} // namespace

void add_base(CLI::App& app, Context& context)
{
    auto* group = app.add_subcommand("base");
    group->require_subcommand(1);
    group->fallthrough();
    add_base_build(*group, context);
    add_base_list(*group, context);
    add_base_import(*group, context);
}

} // namespace qpkg::cli
