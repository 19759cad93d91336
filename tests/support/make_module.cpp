// SPDX-License-Identifier: LGPL-2.1-or-later
// make-module ROOT BASE APP VERSION TREE OUT [VIEW] [WORD…]: a module directory as `qpkg build` leaves it, from
// a directory tree instead of packages, so that tests have modules in milliseconds. Exported are every file of
// TREE/usr/bin, desktop entries, D-Bus services and units, whose names are listed where they are not of the app; units
// with an [Install] section ask to start. With BASE "none" TREE is the root of its view. VIEW goes into the manifest in
// the place of private or whole. Other words are second=NAME, point=NAME,ABI,FOLDER… of an app, and extends=POINT,ABI,
// which makes an extension, whatever it holds; details=TABLE is told of the module besides its package. Times after the
// first of 2026 are the build's.
#include "app/make/packed.hpp"
#include "app/world.hpp"
#include "build/base_details.hpp"
#include "build/desktop_menu.hpp"
#include "build/documents.hpp"
#include "build/times.hpp"
#include "cli/adapters.hpp"
#include "repo-format/guest/exports.hpp"
#include "repo-format/guest/first_start.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/owners.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/model/commit_identity.hpp"

#include <fcntl.h>

#include <algorithm>
#include <iostream>
#include <set>
#include <span>

namespace {

using namespace qpkg;
namespace fs = std::filesystem;

constexpr std::size_t largest_desktop_entry = 256 * 1024;
constexpr std::size_t largest_unit = 64 * 1024;
constexpr std::int64_t epoch = 1767225600;

void add_exports(std::vector<Export>& exports, const fs::path& tree, const AppId& app, ExportKind kind,
                 const std::string& folder)
{
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(tree.string() + folder, absent)) {
        if (kind == ExportKind::desktop && entry.path().extension() != ".desktop") {
            continue; // lists of defaults, which are a module's own
        }
        const auto name = kind == ExportKind::dbus ? entry.path().stem() : entry.path().filename();
        Export made{kind, name.string(), folder + '/' + entry.path().filename().string()};
        made.listed = is_foreign_name(app, made);
        exports.push_back(std::move(made));
    }
}

constexpr std::string_view second_word = "second=";
constexpr std::string_view point_word = "point=";
constexpr std::string_view extends_word = "extends=";
constexpr std::string_view details_word = "details=";

/// What follows `key` in the words.
std::vector<std::string> words_after(std::string_view key, std::span<char* const> words)
{
    std::vector<std::string> found;
    for (const std::string_view word : words) {
        if (word.starts_with(key)) {
            found.emplace_back(word.substr(key.size()));
        }
    }
    return found;
}

std::set<std::string> second_names(std::span<char* const> words)
{
    const auto names = words_after(second_word, words);
    return {names.begin(), names.end()};
}

std::vector<Point> points_of(std::span<char* const> words)
{
    std::vector<Point> points;
    for (const auto& word : words_after(point_word, words)) {
        const auto parts = text::split(word, ',');
        points.push_back({PointName::require(parts.at(0)), {parts.begin() + 2, parts.end()}, std::string(parts.at(1))});
    }
    return points;
}

std::optional<Extends> extends_of(std::span<char* const> words)
{
    const auto found = words_after(extends_word, words);
    if (found.empty()) {
        return std::nullopt;
    }
    const auto parts = text::split(found.front(), ',');
    return Extends{PointName::require(parts.at(0)), std::string(parts.at(1))};
}

std::vector<Export> exports_of(const fs::path& tree, const AppId& app, const std::set<std::string>& second)
{
    std::vector<Export> exports;
    add_exports(exports, tree, app, ExportKind::command, "/usr/bin");
    add_exports(exports, tree, app, ExportKind::desktop, "/usr/share/applications");
    add_exports(exports, tree, app, ExportKind::dbus, "/usr/share/dbus-1/services");
    add_exports(exports, tree, app, ExportKind::service, "/usr/lib/systemd/system");
    for (auto& made : exports) {
        made.rank = second.contains(made.name) ? Rank::second : Rank::first;
    }
    exports = parse_exports(encode_exports(app, exports), app);
    for (auto& made : exports) {
        if (made.kind == ExportKind::desktop) {
            made.menu = build::menu_of(files::read(tree.string() + made.path, largest_desktop_entry));
        }
        if (made.kind == ExportKind::service) {
            made.starts = files::read(tree.string() + made.path, largest_unit).find("[Install]") != std::string::npos;
        }
    }
    return exports;
}

void write_exports(const fs::path& tree, const AppId& app, const std::vector<Export>& exports)
{
    const auto file = fs::path(tree.string() + exports_path(app));
    fs::create_directories(file.parent_path());
    files::write(file, encode_exports(app, exports), 0644, files::Durability::scratch);
}

/// What its file in TREE says, if it is there.
FirstStart first_start_of(const fs::path& tree, const AppId& app)
{
    const auto text = files::read_if_exists(tree.string() + first_start_path(app), largest_first_start);
    return text ? parse_first_start(*text, app) : FirstStart();
}

/// One package, named as the app, beside what the words tell.
std::string details_of(const AppId& app, const std::string& version, std::span<char* const> words,
                       std::vector<Details::File> files)
{
    const auto told = words_after(details_word, words);
    auto details = told.empty() ? Details() : parse_details(told.front());
    details.files = std::move(files);
    details.packages.push_back({short_name(app), version, "amd64", sha256(version), short_name(app), version});
    return encode_details(details);
}

std::string owners_of(const fs::path& tree, const AppId& app)
{
    std::vector<Owner> owners;
    for (const auto& entry : fs::recursive_directory_iterator(tree)) {
        if (!entry.is_directory() || entry.is_symlink()) {
            owners.push_back({entry.path().string().substr(tree.string().size()), short_name(app)});
        }
    }
    return encode_owners(owners, {{short_name(app), "Expat"}});
}

/// One that could have led here, with its tests.
std::string recipe_of(const AppId& app, const BaseOrNone& base, std::span<char* const> words)
{
    std::string tests;
    for (const auto& test : words_after("test=", words)) {
        tests += (tests.empty() ? "" : ", ") + ("'''" + test + "'''");
    }
    return "[app]\nid = \"" + app.text() + "\"\nbase = \"" + base.text() +
           "\"\nsummary = \"A test module\"\n\n[source]\ntype = \"packages\"\npackages = [\"" + short_name(app) +
           "\"]\n" + (tests.empty() ? "" : "\n[test]\nrun = [" + tests + "]\n");
}

std::string with_view(std::string manifest, const std::string& view)
{
    const std::string written = R"("view":")";
    const auto at = manifest.find(written) + written.size();
    return manifest.replace(at, manifest.find('"', at) - at, view);
}

void make(std::span<char* const> words)
{
    cli::Options options;
    options.root = words[0];
    options.quiet = true;
    cli::Adapters adapters(options);
    auto& world = adapters.world();
    const auto stands_on = BaseOrNone::require(words[1]);
    const auto snapshot = world.db.snapshot();
    const auto* base = stands_on.is_none() ? nullptr : snapshot.find_base(*stands_on.base());
    const auto app = AppId::require(words[2]);
    const std::string version = words[3];
    const fs::path tree = words[4];
    const auto result = fs::path(words[5]) / app.text();
    if (base == nullptr && !stands_on.is_none()) {
        throw Error(Code::not_found, "no base " + stands_on.text());
    }

    const auto recipe = recipe_of(app, stands_on, words.subspan(6));
    constexpr std::string_view lock;
    const auto extends = extends_of(words.subspan(6));
    const auto exports = extends ? std::vector<Export>() : exports_of(tree, app, second_names(words.subspan(6)));
    const auto owners = owners_of(tree, app); // not of what a build writes itself
    write_exports(tree, app, exports);
    const files::TemporaryDirectory no_base(fs::temp_directory_path());
    build::unpack_documents(tree, files::open(no_base.path(), O_PATH | O_DIRECTORY));
    build::settle_times(ForeignTree(tree), {epoch, 0}, epoch);
    const auto arch = native_arch();
    const auto ref = "app/" + app.text() + '/' + arch.text() + "/stable";
    const files::TemporaryDirectory scratch(fs::temp_directory_path());
    const auto content = world.open_content(scratch.path() / "content");
    NoProgress quiet;
    const auto commit = content->commit_tree({.tree = tree,
                                              .ref = ref,
                                              .subject = app.text() + ' ' + version,
                                              .timestamp = epoch,
                                              .metadata = commit_identity(app, arch, stands_on, version)},
                                             quiet);
    const VolumePart part{commit.commit, ""};
    const auto volume = world.open_volumes(*content, scratch.path() / "volumes")->measure({&part, 1});
    fs::create_directories(result);
    const auto archived = world.archive_repository(result / "ostree")
                              ->add(commit.commit, scratch.path() / "content", ref, nullptr, quiet);
    const bool is_for_a_view = extends && !is_of_qube(extends->point);
    const auto files =
        is_for_a_view ? build::files_in(content->open_commit(commit.commit)->tree()) : std::vector<Details::File>();
    const Release release{
        .app = app,
        .version = version,
        .sequence = 0,
        .channel = Channel::require("stable"),
        .arch = arch,
        .base = stands_on,
        .base_level = base == nullptr ? 0 : base->level,
        .summary = "A test module",
        .tree = {commit.commit, ref, commit.objects, commit.size, archived},
        .volume = volume,
        .exports = exports,
        .needs = {},
        .inputs = {sha256(recipe), sha256(lock), base == nullptr ? std::nullopt : std::optional(base->commit), epoch},
        .details =
            app::write_packed(world, result / packed_details_file, details_of(app, version, words.subspan(6), files)),
        .owners = app::write_packed(world, result / packed_owners_file, owners),
        .extends = extends,
        .points = points_of(words.subspan(6)),
        .first_start = first_start_of(tree, app)};
    files::write(result / "module.toml", recipe, 0644, files::Durability::scratch);
    files::write(result / "module.lock", lock, 0644, files::Durability::scratch);
    const bool has_view = words.size() > 6 && std::string_view(words[6]).find('=') == std::string_view::npos;
    const auto written = encode_manifest(release);
    const auto manifest = has_view ? with_view(written, words[6]) : written;
    files::write(result / "manifest.json", manifest, 0644, files::Durability::scratch);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 7) {
        std::cerr << "usage: make-module ROOT BASE APP VERSION TREE OUT [VIEW] [WORD…]\n";
        return 2;
    }
    try {
        make(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "make-module: " << error.what() << '\n';
        return 1;
    }
}
