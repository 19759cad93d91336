// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/extensions.hpp"

#include "agent/mime_cache.hpp"
#include "agent/small_files.hpp"
#include "repo-format/guest/announcement.hpp"
#include "repo-format/guest/mime_types.hpp"
#include "repo-format/guest/points.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"
#include "qpkg/core/removal.hpp"

#include <system_error>

namespace qpkg::agent {
namespace {

constexpr std::string_view share = "/usr/share/";
constexpr std::string_view fonts_point = "qpkg.fonts";
constexpr std::string_view locales_point = "qpkg.locales";
constexpr std::string_view mime_point = "qpkg.mime";
constexpr const char* mime_folder = "share/mime"; ///< of an entry: the only one that is no mount
constexpr std::size_t largest_globs = 16 * 1024 * 1024;

/// "share/fonts" of "/usr/share/fonts".
fs::path place_in_entry(std::string_view folder) { return fs::path("share") / folder.substr(share.size()); }

/// An archive would be read in place of folders, also for locales of other apps.
void require_folders(const fs::path& locales)
{
    for (const auto& name : names_in(locales)) {
        if (!fs::is_directory(fs::symlink_status(locales / name))) {
            throw Error(Code::corrupt, "locales are one folder each, and " + name + " is none");
        }
    }
}

void unmount_below(const fs::path& folder)
{
    if (fs::is_directory(fs::symlink_status(folder))) {
        for (const auto& name : names_in(folder)) {
            mounts::unmount(folder / name);
            fs::remove(folder / name); // not recursive: what is still mounted must not be emptied
        }
        fs::remove(folder);
    }
}

/// What the base says of types is not said anew.
std::set<std::string> patterns_of_base(const QubePaths& layout)
{
    const auto table = layout.base() / "usr/share/mime/globs2";
    return fs::exists(table) ? patterns_in(read_file_within(layout.base(), "usr/share/mime/globs2", largest_globs))
                             : std::set<std::string>();
}

/// The sources, for those who read these, and the table that all others read. One that says what it may not is left
/// out with all of the entry.
void make_types(const QubePaths& layout, const AppId& app)
{
    const fs::path packages = "usr/share/mime/packages";
    const auto known = patterns_of_base(layout);
    PlannedTree made;
    std::vector<MimeGlob> globs;
    const auto sources = folder_within(layout.volume(app), packages);
    for (const auto& name : sources ? names_in(*sources) : std::vector<std::string>()) {
        const auto text = read_file_within(layout.volume(app), packages / name, largest_mime_source);
        const auto found = with_context(name, [&] { return parse_mime_source(text); });
        if (const auto* taken = find_known(found, known)) {
            throw Error(Code::conflict, name + ": the base knows " + taken->pattern);
        }
        globs.insert(globs.end(), found.begin(), found.end());
        made[fs::path("packages") / name] = {PlannedFile::Kind::file, text};
    }
    made["globs2"] = {PlannedFile::Kind::file, encode_globs(globs)};
    made["mime.cache"] = {PlannedFile::Kind::file, encode_mime_cache(std::move(globs))};
    make_tree(layout.data(app) / mime_folder, made);
}

/// Of the lists in `found`, that of this extension; null where the view of `app` is made without it.
std::vector<AppId>* list_for(ViewExtensions& found, const AppId& app, const VolumeSlot& slot)
{
    if (!slot.extends) {
        return nullptr;
    }
    if (!is_of_qube(*slot.extends)) {
        return owner_of(*slot.extends) == std::string_view(app.text()) ? &found.layers : nullptr;
    }
    if (slot.extends->text() == fonts_point) {
        return &found.fonts;
    }
    return slot.extends->text() == locales_point ? &found.locales : nullptr;
}

} // namespace

ViewExtensions extensions_of(const AppId& app, std::span<const VolumeSlot> announced)
{
    ViewExtensions found;
    for (const auto& slot : announced) {
        if (auto* const kind = list_for(found, app, slot)) {
            kind->push_back(slot.app);
            found.lines += encode_slot(slot) + '\n';
        }
    }
    return found;
}

void show_data(const QubePaths& layout, const VolumeSlot& extension)
{
    const auto& app = extension.app;
    if (extension.extends->text() == mime_point) {
        make_types(layout, app);
        return;
    }
    for (const auto folder : folders_of_qube_point(extension.extends->text())) {
        const auto source = folder_within(layout.volume(app), folder.substr(1));
        if (source && extension.extends->text() == locales_point) {
            require_folders(*source);
        } else if (source) {
            const auto place = layout.data(app) / place_in_entry(folder);
            fs::create_directories(place);
            mounts::bind(*source, place, mounts::Access::read_only);
        }
    }
}

void remove_data(const QubePaths& layout, const AppId& app)
{
    const auto entry = layout.data(app);
    fs::remove(entry / "announced");
    files::remove_tree(entry / mime_folder);
    unmount_below(entry / "share");
    fs::remove(entry);
}

std::vector<std::string> data_folders(const QubePaths& layout, const std::string& below)
{
    std::vector<std::string> folders;
    if (!fs::is_directory(layout.all_data())) {
        return folders;
    }
    for (const auto& name : names_in(layout.all_data())) {
        const auto folder = layout.all_data() / name / below;
        if (fs::is_directory(folder)) {
            folders.push_back(folder.string());
        }
    }
    return folders;
}

FontFolder font_folder_of(const QubePaths& layout, const AppId& app)
{
    const auto folder = folder_within(layout.volume(app), fonts_folder);
    return {(layout.data(app) / "share/fonts").string(), folder ? font_salt(*folder) : std::string(no_fonts)};
}

std::string font_caches_of(const QubePaths& layout, const AppId& app)
{
    return (layout.volume(app) / font_caches.substr(1)).string();
}

} // namespace qpkg::agent
