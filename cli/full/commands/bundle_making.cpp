// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/bundle_create.hpp"
#include "app/mirror/bundle_inspect.hpp"
#include "cli/full/commands.hpp"

#include "qpkg/core/text.hpp"

#include <unistd.h>

namespace qpkg::cli {
namespace {

struct BundleFlags {
    app::CreateBundleRequest request;
    std::string out;
};

std::vector<Option> choice_options(app::CreateBundleRequest& request)
{
    return {{"APP", &request.choice.apps, "apps by name or full id", known(Names::apps)},
            {"--repo DIR", &request.repository, "the repository, a directory", required()},
            {"--for INVENTORY", &request.inventory, "take along only what that machine lacks"},
            {"--channel NAME", &request.choice.channels, "only releases of this channel; repeatable", each_one_word()},
            {"--metadata-only", &request.metadata_only, "no releases: news of expiry, keys and withdrawals"},
            {"--roots-since N", &request.roots_since, "the first root version to take along"}};
}

Document describe(const app::DraftBundle& plan)
{
    Document out("bundle-create");
    using app::BundledRelease;
    using trust::ListedRelease;
    const auto there = [](bool is_there) { return shown_as(flag(is_there), is_there ? "there" : "taken"); };
    out.table("releases", plan.releases, column("app", "APP", &BundledRelease::release, &ListedRelease::app),
              column("version", "VERSION", &BundledRelease::release, &ListedRelease::version),
              column("channel", "CHANNEL", &BundledRelease::release, &ListedRelease::channel),
              column("base", "BASE", &BundledRelease::release, &ListedRelease::base),
              column("arch", "", &BundledRelease::release, &ListedRelease::arch),
              column("sequence", "", &BundledRelease::release, &ListedRelease::sequence),
              column("there", "OBJECTS", &BundledRelease::there, there),
              column("bytes", "SIZE", &BundledRelease::bytes, size));
    out.field("index", plan.index, "Index");
    out.field("expires", time(plan.expires), "Use it before");
    out.field("first_root", plan.first_root);
    out.field("newest_root", plan.newest_root);
    out.field("objects", plan.objects, "Objects");
    out.field("size", size(plan.length), "Size");
    return out;
}

Proposal propose_bundle(Context& context, const BundleFlags& flags)
{
    const auto draft = std::make_shared<const app::DraftBundle>(app::plan_bundle(context.world(), flags.request));
    auto document = describe(*draft);
    document.field("file", flags.out);
    const auto write = [&context, draft, document, out = flags.out]() mutable {
        app::write_bundle_file(*draft, out, context.world().progress);
        context.show(
            document.field("changed", true)
                .done("Done: " + out + " holds " + qpkg::text::human_size(draft->length) + '.')
                .next("Where it is wanted: qpkg bundle import " + std::filesystem::path(out).filename().string()));
    };
    return {[document] { return document; }, write, Consent::implied};
}

void send(Context& context, const app::CreateBundleRequest& request)
{
    if (::isatty(STDOUT_FILENO) != 0) {
        throw Error(Code::usage, "standard output is a terminal", "send it to `qpkg import -` on the other side");
    }
    auto& world = context.world();
    app::write_bundle(app::plan_bundle(world, request), STDOUT_FILENO, world.progress);
}

Document describe(const app::BundleContents& contents)
{
    Document out("bundle-inspect");
    using app::SectionCount;
    out.table("releases", contents.releases, column("app", "APP", &Release::app),
              column("version", "VERSION", &Release::version), column("channel", "CHANNEL", &Release::channel),
              column("base", "BASE", &Release::base), column("arch", "ARCH", &Release::arch),
              column("sequence", "", &Release::sequence));
    out.table("sections", contents.counts, column("type", "SECTION", &SectionCount::type, bundle::name_of),
              column("count", "COUNT", &SectionCount::sections), column("bytes", "SIZE", &SectionCount::bytes, size));
    out.field("fingerprint", contents.fingerprint, "Root fingerprint");
    out.field("roots", contents.root_count, "Root versions");
    out.field("size", size(contents.length), "Size");
    return out;
}

} // namespace

Command bundle_create_command(Context& context)
{
    auto flags = std::make_shared<BundleFlags>();
    auto options = choice_options(flags->request);
    options.push_back({"--out FILE", &flags->out, "the file to write", required()});
    return {"bundle create", Section::sources, std::move(options),
            Writes{[&context, flags] { return propose_bundle(context, *flags); }}};
}

Command bundle_send_command(Context& context)
{
    auto request = std::make_shared<app::CreateBundleRequest>();
    return {"bundle send", Section::sources, choice_options(*request),
            Reads{[&context, request] { send(context, *request); }}};
}

Command bundle_inspect_command(Context& context)
{
    auto file = std::make_shared<std::string>();
    return {"bundle inspect", Section::sources, {{"FILE", file.get(), "a bundle", required()}}, Reads{[&context, file] {
                auto document = describe(app::inspect_bundle(*file, context.world().progress));
                context.show(
                    document.done("Done: the copy is not damaged; what it says is proved where it is imported."));
            }}};
}

} // namespace qpkg::cli
