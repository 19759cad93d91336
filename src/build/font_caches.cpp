// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/font_caches.hpp"

#include "build/scan.hpp"
#include "repo-format/guest/font_caches.hpp"
#include "workshop/run.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/foreign_tree.hpp"

#include <string>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr const char* cache_program = "/usr/bin/fc-cache";
constexpr const char* made_in = "/var/cache/fontconfig";
constexpr const char* fonts = "/usr/share/fonts";
constexpr std::size_t largest_cache = 64 * 1024 * 1024;

/// Fonts are seen through a descriptor of a root that is mounted nowhere.
std::string salt_in(const Fd& root)
{
    const auto folder = "/proc/self/fd/" + std::to_string(root.get()) + fonts;
    return ForeignTree(root).has_directory(fonts) ? font_salt(folder) : std::string(no_fonts);
}

/// Runs fontconfig's program with these folders of fonts, and takes what it made into `tree`.
void make_caches(const Workshop& workshop, workshop::Run& run, const std::vector<FontFolder>& folders,
                 const ForeignTree& tree, std::int64_t epoch)
{
    files::write(run.layer(fs::path("/etc") / fontconfig_file), font_configuration(folders, {}), 0644,
                 files::Durability::scratch);
    workshop.progress.begin("fonts", "caches", 0);
    const auto result = run({cache_program, "--system-only", "--force"});
    if (result.status != 0) {
        throw workshop::command_error(result, "make the caches of fonts");
    }
    const ForeignTree made(run.upper());
    std::size_t count = 0;
    for (const auto& entry : made.list(made_in)) {
        if (S_ISREG(entry.info.st_mode) && entry.path.find(".cache-") != std::string::npos) {
            const auto place = std::string(font_caches) + entry.path.substr(entry.path.rfind('/'));
            tree.write(place, made.read(entry.path, largest_cache));
            tree.set_time(place, epoch);
            ++count;
        }
    }
    workshop.progress.end(std::to_string(count));
}

/// The fonts of the volume as they will lie in a qube, with the times that the volume gives to folders.
fs::path copy_fonts(const Workshop& workshop, const ForeignTree& volume)
{
    constexpr std::size_t largest_font = 256 * 1024 * 1024;
    const std::string top = "entry/fonts";
    const ForeignTree to(workshop.scratch);
    to.make_directories(top);
    std::vector<std::pair<std::string, std::int64_t>> times;
    volume.walk(fonts, [&](const ForeignTree::Entry& entry) {
        const auto place = top + entry.path.substr(std::string_view(fonts).size());
        if (S_ISDIR(entry.info.st_mode)) {
            to.make_directories(place);
        } else if (S_ISLNK(entry.info.st_mode)) {
            to.make_symlink(place, volume.read_link(entry.path));
        } else {
            to.write(place, volume.read(entry.path, largest_font));
        }
        times.emplace_back(place, entry.info.st_mtime);
    });
    times.emplace_back(top, volume.look(fonts)->st_mtime);
    for (const auto& [place, time] : times) {
        to.set_time(place, time);
    }
    return workshop.scratch / top;
}

} // namespace

bool has_font_program(const Fd& base) { return exists_in_root(base, cache_program); }

bool wants_font_caches(const std::filesystem::path& directory, const Fd& base)
{
    const ForeignTree tree(directory);
    const bool brings_program = tree.look(cache_program).has_value();
    return brings_program || (has_font_program(base) && tree.has_directory(fonts));
}

void add_font_caches(const Workshop& workshop, const std::filesystem::path& volume,
                     const std::filesystem::path& directory, std::int64_t epoch)
{
    workshop::Run run(workshop, "fonts");
    const auto own = salt_in(workshop.sandbox.open_root(volume));
    auto of_base = std::string(no_fonts);
    if (volume != workshop.base_image) { // else it is the root of its view
        run.request().lower.push_back(volume);
        of_base = salt_in(workshop.sandbox.open_root(workshop.base_image));
    }
    auto folders = font_folders_of_users();
    folders.insert(folders.begin(), own_font_folder(own, of_base));
    make_caches(workshop, run, folders, ForeignTree(directory), epoch);
}

void add_entry_caches(const Workshop& workshop, const std::filesystem::path& volume,
                      const std::optional<std::filesystem::path>& programs, const AppId& app,
                      const std::filesystem::path& directory, std::int64_t epoch)
{
    const auto root = workshop.sandbox.open_root(volume);
    const auto place = "/run/qpkg/data/" + app.text() + "/share/fonts";
    workshop::Run run(workshop, "fonts");
    if (programs) {
        run.request().lower.push_back(*programs);
    }
    run.request().binds.emplace_back(copy_fonts(workshop, ForeignTree(root)), place);
    make_caches(workshop, run, {{place, salt_in(root)}}, ForeignTree(directory), epoch);
}

} // namespace qpkg::build
