// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/rebuild/acceptance.hpp"

#include "app/publish/publish_module.hpp"
#include "app/scratch.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/owners.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/modes.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t sent_at_once = 256 * 1024;
constexpr const char* first_start_word = "first-start";

bool is_name(ExportKind kind)
{
    return kind == ExportKind::command || kind == ExportKind::desktop || kind == ExportKind::dbus;
}

/// Copies what somebody sends to a new file.
void receive(const std::string& source, const fs::path& file, const AcceptRequest& request)
{
    const auto opened = source == "-" ? Fd() : files::open(source, O_RDONLY);
    IncomingStream stream(opened ? opened.get() : STDIN_FILENO, request.patience);
    const auto to = files::open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
    std::vector<std::uint8_t> buffer(sent_at_once);
    while (const auto got = stream.read_some(buffer)) {
        if (stream.received() > request.largest) {
            throw Error(Code::no_space, "more than the " + text::human_size(request.largest) + " allowed are sent");
        }
        files::write_all(to.get(), std::span<const std::uint8_t>(buffer).first(got));
    }
    if (stream.received() == 0) {
        throw Error(Code::failed, "nothing was sent", "look at what the builder says");
    }
}

/// The module in an archive of a stranger.
BuiltModule unpack(World& world, const fs::path& archive, const fs::path& place, const AcceptRequest& request)
{
    fs::create_directory(place);
    world.unpack(archive, place, {.entries = UnpackLimits().entries, .size = 4 * request.largest}, world.progress);
    return read_modules({place}).front();
}

/// Every object hashed, and the tree as any client would take it.
void require_sound(World& world, const BuiltModule& module, const fs::path& scratch)
{
    const auto& release = module.draft;
    const auto store = world.open_content(scratch);
    const auto from = world.fetcher(module.directory.string());
    store->import_commit(release.tree.commit,
                         {release.tree.objects, release.tree.size, release.inputs.source_date_epoch}, *from,
                         world.progress);
    read_tables(module, world.unpack_file);
}

void require_equal(const BuiltModule& first, const BuiltModule& other)
{
    if (core_of(first.draft) == core_of(other.draft)) {
        return;
    }
    const auto of = [](const BuiltModule& module) {
        return module.draft.app.text() + ' ' + module.draft.version + ", commit " + module.draft.tree.commit.hex();
    };
    throw Error(Code::conflict,
                "two builds differ: " + text::escaped(of(first), 300) + " and " + text::escaped(of(other), 300),
                "nobody signs what two machines do not make alike; compare them: qpkg build --lock");
}

} // namespace

std::optional<std::string> complaint_about(const Release& draft, const AskedFor& asked)
{
    if (draft.app != asked.app) {
        return "it is " + draft.app.text() + ", asked for was " + asked.app.text();
    }
    if (!(draft.base == BaseOrNone(asked.base))) {
        return "it is for base " + draft.base.text() + ", asked for was " + asked.base.text();
    }
    if (draft.extends) {
        return "it extends " + draft.extends->point.text() + ", and an app was asked for";
    }
    for (const auto& made : draft.exports) {
        if (made.kind == ExportKind::service && !asked.services.contains(made.name)) {
            return "it brings the service " + text::escaped(made.name) + ", which nobody asked for";
        }
        if (is_name(made.kind) && made.rank == Rank::first && !asked.first_names.contains(made.name)) {
            return "it asks for the name " + text::escaped(made.name) + " first, which nobody granted";
        }
    }
    if (!draft.first_start.is_nothing() && !asked.services.contains(first_start_word)) {
        return "it has a first start, which nobody asked for";
    }
    return std::nullopt;
}

AcceptReport accept_builds(World& world, const AcceptRequest& request)
{
    if (request.builds.size() < 2) {
        throw Error(Code::usage, "one build proves nothing: name two, of two machines");
    }
    const Scratch scratch(world.root / "build");
    std::vector<BuiltModule> modules;
    for (std::size_t i = 0; i < request.builds.size(); ++i) {
        const auto number = std::to_string(i + 1);
        with_context("build " + number, [&] {
            receive(request.builds[i], scratch.path() / ("tar-" + number), request);
            modules.push_back(
                unpack(world, scratch.path() / ("tar-" + number), scratch.path() / ("module-" + number), request));
            if (const auto why = complaint_about(modules.back().draft, request.asked)) {
                throw Error(Code::conflict, "not what was asked for: " + *why);
            }
        });
        require_equal(modules.front(), modules.back());
    }
    const auto& module = modules.front();
    with_context("build 1", [&] { require_sound(world, module, scratch.path() / "content"); });
    fault_point("accept.judged");
    const auto place = request.out / module.draft.app.text();
    files::make_directories(request.out);
    const Scratch result(request.out, ".qpkg-build-");
    for (const auto* part : {"manifest.json", "module.toml", "module.lock", packed_details_file, packed_owners_file}) {
        fs::copy_file(module.directory / part, result.path() / part);
    }
    world.archive_repository(result.path() / "ostree")
        ->add(module.draft.tree.commit, scratch.path() / "content", module.draft.tree.ref, nullptr, world.progress);
    files::set_mode(result.path(), 0755);
    files::sync_filesystem(result.path());
    files::replace_directory(result.path(), place);
    fault_point("accept.in-place");
    return {module.draft, place};
}

} // namespace qpkg::app
