// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/bundle_create.hpp"
#include "app/mirror/bundle_inspect.hpp"
#include "cli/full/commands.hpp"

#include "qpkg/core/text.hpp"

#include <unistd.h>

namespace qpkg::cli {
namespace {

struct Flags {
    app::CreateBundleRequest request;
    std::string out;
};

void add_choice(CLI::App& command, Flags& flags)
{
    auto& request = flags.request;
    command.add_option("APP", request.choice.apps, "apps by name or full id");
    command.add_option("--repo", request.repository, "the repository, a directory")->required()->type_name("DIR");
    command.add_option("--for", request.inventory, "take along only what that machine lacks")->type_name("INVENTORY");
    command.add_option("--channel", request.choice.channels, "only releases of this channel; repeatable")
        ->type_name("NAME")
        ->allow_extra_args(false);
    command.add_flag("--metadata-only", request.metadata_only, "no releases: news of expiry, keys and withdrawals");
    command.add_option("--roots-since", request.roots_since, "the first root version to take along")->type_name("N");
}

Document describe(const app::BundlePlan& plan)
{
    Document out("bundle-create");
    std::vector<std::vector<Value>> rows;
    for (const auto& line : plan.releases) {
        rows.push_back({text(line.release.app.text()), text(line.release.version), text(line.release.channel.text()),
                        text(line.release.base.text()), text(line.release.arch.text()), number(line.release.sequence),
                        shown_as(flag(line.there), line.there ? "there" : "taken"), size(line.bytes)});
    }
    out.table("releases",
              {{"app", "APP"},
               {"version", "VERSION"},
               {"channel", "CHANNEL"},
               {"base", "BASE"},
               {"arch", ""},
               {"sequence", ""},
               {"there", "OBJECTS"},
               {"bytes", "SIZE"}},
              std::move(rows));
    out.field("index", number(plan.index), "Index");
    out.field("expires", time(plan.expires), "Use it before");
    out.field("first_root", number(plan.first_root));
    out.field("newest_root", number(plan.newest_root));
    out.field("objects", number(plan.objects), "Objects");
    out.field("size", size(plan.length), "Size");
    return out;
}

void create(Context& context, const Flags& flags)
{
    auto& world = context.world();
    const auto plan = app::plan_bundle(world, flags.request);
    auto document = describe(plan);
    document.field("file", text(flags.out));
    if (context.options.dry_run) {
        context.show(document.field("changed", flag(false)).done("Dry run: nothing was written."));
        return;
    }
    app::write_bundle_file(plan, flags.out, world.progress);
    context.show(
        document.field("changed", flag(true))
            .done("Done: " + flags.out + " holds " + qpkg::text::human_size(plan.length) + '.')
            .next("Where it is wanted: qpkg bundle import " + std::filesystem::path(flags.out).filename().string()));
}

void add_create(CLI::App& group, Context& context)
{
    auto flags = std::make_shared<Flags>();
    auto* command =
        add_command(group, context, "create", "bundle-create", [&context, flags] { create(context, *flags); });
    add_choice(*command, *flags);
    command->add_option("--out", flags->out, "the file to write")->required()->type_name("FILE");
}

void add_send(CLI::App& group, Context& context)
{
    auto flags = std::make_shared<Flags>();
    auto* command = add_command(group, context, "send", "bundle-send", [&context, flags] {
        if (::isatty(STDOUT_FILENO) != 0) {
            throw Error(Code::usage, "standard output is a terminal", "send it to `qpkg import -` on the other side");
        }
        auto& world = context.world();
        app::write_bundle(app::plan_bundle(world, flags->request), STDOUT_FILENO, world.progress);
    });
    add_choice(*command, *flags);
}

Document describe(const app::BundleContents& contents)
{
    Document out("bundle-inspect");
    std::vector<std::vector<Value>> releases;
    for (const auto& release : contents.releases) {
        releases.push_back({text(release.app.text()), text(release.version), text(release.channel.text()),
                            text(release.base.text()), text(release.arch.text()), number(release.sequence)});
    }
    out.table("releases",
              {{"app", "APP"},
               {"version", "VERSION"},
               {"channel", "CHANNEL"},
               {"base", "BASE"},
               {"arch", "ARCH"},
               {"sequence", ""}},
              std::move(releases));
    std::vector<std::vector<Value>> counts;
    for (const auto& count : contents.counts) {
        counts.push_back({text(std::string(bundle::name_of(count.type))), number(count.sections), size(count.bytes)});
    }
    out.table("sections", {{"type", "SECTION"}, {"count", "COUNT"}, {"bytes", "SIZE"}}, std::move(counts));
    out.field("fingerprint", text(contents.fingerprint), "Root fingerprint");
    out.field("roots", number(contents.root_count), "Root versions");
    out.field("size", size(contents.length), "Size");
    return out;
}

void add_inspect(CLI::App& group, Context& context)
{
    auto file = std::make_shared<std::string>();
    auto* command = add_command(group, context, "inspect", "bundle-inspect", [&context, file] {
        auto document = describe(app::inspect_bundle(*file, context.world().progress));
        context.show(document.done("Done: the copy is not damaged; what it says is proved where it is imported."));
    });
    command->add_option("FILE", *file, "a bundle")->required();
}

} // namespace

void add_bundle_making(CLI::App& group, Context& context)
{
    add_create(group, context);
    add_send(group, context);
    add_inspect(group, context);
}

} // namespace qpkg::cli
