// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/icon_caches.hpp"

#include "repo-format/guest/cache_table.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace qpkg::build {
namespace {

constexpr const char* themes = "/usr/share/icons";
constexpr std::uint32_t cache_version = 1U << 16U; ///< 1.0
constexpr std::uint32_t nothing = 0xffffffffU;
constexpr std::uint32_t header_bytes = 12;
constexpr std::size_t most_folders = 0x10000; ///< their numbers have 16 bits

/// The bits say where a name is followed by which ending.
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 4> endings{
    {{".xpm", 1}, {".svg", 2}, {".png", 4}, {".icon", 8}}};

/// Of one name: the bits, by folder.
using Images = std::map<std::uint32_t, std::uint32_t>;

struct Icons {
    std::map<std::string, std::uint32_t> folders; ///< with their number
    std::map<std::string, Images> names;
};

struct Picture {
    std::string folder;
    std::string name;
    std::uint32_t bit;
};

std::optional<Picture> picture_at(const std::string& file)
{
    const auto slash = file.rfind('/');
    const auto ending = std::ranges::find_if(endings, [&](const auto& one) { return file.ends_with(one.first); });
    if (slash == std::string::npos || ending == endings.end()) {
        return std::nullopt;
    }
    const auto length = file.size() - slash - 1 - ending->first.size();
    return Picture{file.substr(0, slash), file.substr(slash + 1, length), ending->second};
}

Icons icons_among(const std::vector<std::string>& files)
{
    Icons icons;
    for (const auto& file : files) {
        if (const auto picture = picture_at(file)) {
            const auto next = static_cast<std::uint32_t>(icons.folders.size());
            const auto folder = icons.folders.try_emplace(picture->folder, next).first->second;
            icons.names[picture->name][folder] |= picture->bit;
        }
    }
    if (icons.folders.size() > most_folders) {
        throw Error(Code::unsupported, "a theme of icons has " + std::to_string(icons.folders.size()) + " folders");
    }
    return icons;
}

/// The hash by which GTK looks for a name; bytes above 127 count as negative.
std::uint32_t hash_of(const std::string& name)
{
    std::uint32_t hash = 0;
    for (const char c : name) {
        hash = (hash << 5U) - hash + static_cast<std::uint32_t>(static_cast<signed char>(c));
    }
    return hash;
}

/// Where the entry begins.
std::uint32_t add_icon(CacheTable& table, const std::string& name, const Images& images)
{
    const auto name_place = table.add_text(name);
    const auto images_place = table.here();
    table.add(static_cast<std::uint32_t>(images.size()));
    for (const auto& [folder, bits] : images) {
        table.add(folder << 16U | bits);
        table.add(0); // no picture
    }
    const auto place = table.here();
    table.add(nothing); // the next one of its chain
    table.add(name_place);
    table.add(images_place);
    return place;
}

void add_names(CacheTable& table, const std::map<std::string, Images>& names)
{
    const auto count = static_cast<std::uint32_t>(names.size()) | 1U;
    table.add(count);
    std::vector<std::uint32_t> last(count, 0); ///< where the place of the next one is to be written
    for (std::uint32_t i = 0; i < count; ++i) {
        last[i] = table.here();
        table.add(nothing);
    }
    for (const auto& [name, images] : names) {
        const auto place = add_icon(table, name, images);
        auto& before = last[hash_of(name) % count];
        table.set(before, place);
        before = place;
    }
}

std::vector<std::string> files_of_theme(const ForeignTree& tree, const std::string& theme)
{
    std::vector<std::string> files;
    tree.walk(theme, [&](const ForeignTree::Entry& entry) {
        if (!S_ISDIR(entry.info.st_mode)) {
            files.push_back(entry.path.substr(theme.size() + 1));
        }
    });
    return files;
}

} // namespace

std::string encode_icon_cache(const std::vector<std::string>& files)
{
    const auto icons = icons_among(files);
    CacheTable table;
    table.add(cache_version);
    table.add(header_bytes); // of the names
    table.add(0);
    add_names(table, icons.names);
    std::vector<std::uint32_t> places(icons.folders.size());
    for (const auto& [folder, number] : icons.folders) {
        places[number] = table.add_text(folder);
    }
    table.set(8, table.here());
    table.add(static_cast<std::uint32_t>(places.size()));
    for (const auto place : places) {
        table.add(place);
    }
    return table.finish();
}

void add_icon_caches(const ForeignTree& tree, const std::optional<Extension>& extension, std::int64_t epoch)
{
    if (!extension || extension->extends.point.text() != "qpkg.icons") {
        return;
    }
    for (const auto& theme : tree.list(themes)) {
        if (tree.look(theme.path + "/index.theme")) { // else it is no theme, and nobody looks for a cache
            const auto place = theme.path + "/icon-theme.cache";
            tree.write(place, encode_icon_cache(files_of_theme(tree, theme.path)));
            tree.set_time(place, epoch);
        }
    }
}

} // namespace qpkg::build
