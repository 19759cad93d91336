// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/points.hpp"

#include "repo-format/guest/exports.hpp"
#include "repo-format/guest/font_caches.hpp"

#include <algorithm>
#include <array>

namespace qpkg {
namespace {

struct Row {
    std::string_view point;
    std::array<std::string_view, 2> folders;
    std::size_t count;

    std::span<const std::string_view> all() const { return {folders.data(), count}; }
};

/// Ascending. Whoever adds a row adds a folder that every view searches, so it must hold data alone.
constexpr std::array<Row, 7> rows{{
    {"qpkg.dictionaries", {"/usr/share/hunspell", "/usr/share/myspell"}, 2},
    {"qpkg.fonts", {"/usr/share/fonts"}, 1},
    {"qpkg.icons", {"/usr/share/icons"}, 1},
    {"qpkg.locales", {"/usr/lib/locale"}, 1},
    {"qpkg.mime", {"/usr/share/mime"}, 1},
    {"qpkg.sounds", {"/usr/share/sounds"}, 1},
    {"qpkg.themes", {"/usr/share/themes"}, 1},
}};

constexpr std::string_view fonts_point = "qpkg.fonts";
constexpr std::string_view locales_point = "qpkg.locales";
constexpr std::string_view mime_point = "qpkg.mime";
constexpr std::size_t longest_folder = 200;

template <std::size_t... I>
constexpr std::array<std::string_view, rows.size()> names_of(std::index_sequence<I...> /*unused*/)
{
    return {rows[I].point...};
}
constexpr auto point_names = names_of(std::make_index_sequence<rows.size()>());

/// What follows `folder` and a slash; empty when `path` is not below.
std::string_view below(std::string_view path, std::string_view folder)
{
    return path.size() > folder.size() + 1 && path.starts_with(folder) && path[folder.size()] == '/'
               ? path.substr(folder.size() + 1)
               : std::string_view();
}

bool is_below_any(std::string_view path, std::span<const std::string> folders)
{
    return std::ranges::any_of(folders, [&](std::string_view folder) { return !below(path, folder).empty(); });
}

/// "libfoo.so.1.2" directly in /usr/lib/<architecture>: nothing that a loader prefers to what the app has.
bool is_private_library(std::string_view path)
{
    const auto slash = path.rfind('/');
    const auto name = path.substr(slash + 1);
    const auto folder = path.substr(0, slash);
    const bool is_place = folder == "/usr/lib/x86_64-linux-gnu" || folder == "/usr/lib/aarch64-linux-gnu";
    const auto ending = name.rfind(".so");
    return is_place && name.starts_with("lib") && ending != std::string_view::npos &&
           std::ranges::all_of(name.substr(ending + 3), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

/// Where a link at `path` leads, by its words alone; empty when it leads above the root.
std::string target_of(std::string_view path, std::string_view target)
{
    std::vector<std::string_view> parts;
    const auto add = [&](std::string_view text) {
        while (!text.empty()) {
            const auto end = std::min(text.find('/'), text.size());
            const auto part = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (part == "..") {
                if (parts.empty()) {
                    return false;
                }
                parts.pop_back();
            } else if (!part.empty() && part != ".") {
                parts.push_back(part);
            }
        }
        return true;
    };
    if ((!target.starts_with('/') && !add(path.substr(0, path.rfind('/')))) || !add(target)) {
        return {};
    }
    std::string joined;
    for (const auto part : parts) {
        joined.append("/").append(part);
    }
    return joined;
}

std::optional<std::string> complaint_about_link(const Extends& extends, std::span<const std::string> folders,
                                                const ExtensionFile& file)
{
    const auto leads_to = target_of(file.path, *file.target);
    if (is_of_qube(extends.point)) { // shown at another place than in its own tree
        return !file.target->starts_with('/') && is_below_any(leads_to, folders)
                   ? std::nullopt
                   : std::optional<std::string>("a link that leads out of the folders of " + extends.point.text());
    }
    return is_below_any(leads_to, folders) || is_private_library(leads_to)
               ? std::nullopt
               : std::optional<std::string>("a link that leads out of the point's folders");
}

/// What a folder of the table may hold is not all the same.
std::optional<std::string> complaint_of_kind(const Extends& extends, std::span<const std::string> folders,
                                             std::string_view path)
{
    if (extends.point.text() == locales_point) {
        const auto rest = below(path, folders.front());
        return rest.find('/') == std::string_view::npos || rest.starts_with("locale-archive")
                   ? std::optional<std::string>("locales are one folder each, and no archive")
                   : std::nullopt;
    }
    if (extends.point.text() == mime_point) {
        const auto name = below(path, std::string(folders.front()) + "/packages");
        return name.empty() || name.find('/') != std::string_view::npos || !name.ends_with(".xml")
                   ? std::optional<std::string>("types are packages/NAME.xml: all else is made in the qube")
                   : std::nullopt;
    }
    return std::nullopt;
}

bool is_own_file(const AppId& app, const Extends& extends, std::string_view path)
{
    const auto cache = below(path, font_caches);
    const bool is_cache = extends.point.text() == fonts_point && !cache.empty() &&
                          cache.find('/') == std::string_view::npos && cache.find(".cache-") != std::string_view::npos;
    return path == exports_path(app) || is_cache;
}

} // namespace

std::span<const std::string_view> qube_points() { return point_names; }

std::span<const std::string_view> folders_of_qube_point(std::string_view point)
{
    const auto* found = std::ranges::find(rows, point, &Row::point);
    return found == rows.end() ? std::span<const std::string_view>() : found->all();
}

std::optional<std::string> complaint_about_folder(std::string_view folder)
{
    if (folder.size() > longest_folder || folder.find("//") != std::string_view::npos || folder.ends_with('/') ||
        !std::ranges::all_of(folder, [](char c) { return c > ' ' && c < '\x7f'; }) ||
        target_of("/", folder) != folder) {
        return "not an absolute path of printable ASCII without blanks, . and ..";
    }
    const bool is_deep = (!below(folder, "/usr/lib").empty() || !below(folder, "/usr/share").empty());
    if (!is_deep || folder == "/usr/lib/x86_64-linux-gnu" || folder == "/usr/lib/aarch64-linux-gnu" ||
        !below(folder, "/usr/share/qpkg").empty() || folder == "/usr/share/qpkg") {
        return "a point has folders of its own below /usr/lib or /usr/share";
    }
    return std::nullopt;
}

bool is_abi(std::string_view text)
{
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._+-").find(c) != std::string_view::npos;
    });
}

std::optional<std::string> complaint_about_extension(const AppId& app, const Extends& extends,
                                                     std::span<const std::string> folders, const ExtensionFile& file)
{
    if (is_own_file(app, extends, file.path)) {
        return file.target ? std::optional<std::string>("a link where a file is expected") : std::nullopt;
    }
    const bool is_library = !is_of_qube(extends.point) && is_private_library(file.path);
    if (!is_library && !is_below_any(file.path, folders)) {
        return "not below a folder of " + extends.point.text();
    }
    if (auto complaint = is_library ? std::nullopt : complaint_of_kind(extends, folders, file.path)) {
        return complaint;
    }
    return file.target ? complaint_about_link(extends, folders, file) : std::nullopt;
}

} // namespace qpkg
