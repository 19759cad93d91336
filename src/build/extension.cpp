// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/extension.hpp"

#include "build/font_caches.hpp"
#include "repo-format/guest/mime_types.hpp"
#include "repo-format/guest/points.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <utility>

namespace qpkg::build {
namespace {

constexpr std::size_t largest_table = 16 * 1024 * 1024;

bool is_digit_character(char c) { return c >= '0' && c <= '9'; }

/// The first three parts: enough to say what it is.
std::string place_of(const std::string& path)
{
    std::size_t end = 0;
    for (int part = 0; part < 3 && end != std::string::npos; ++part) {
        end = path.find('/', end + 1);
    }
    return path.substr(0, end);
}

const Point* point_named(const Release& release, const PointName& name)
{
    const auto found = std::ranges::find(release.points, name, &Point::name);
    return found == release.points.end() ? nullptr : &*found;
}

const Point* newest_point(const std::map<ManifestId, KnownRelease>& known, const PointName& name)
{
    const Point* point = nullptr;
    std::uint64_t sequence = 0;
    for (const auto& [id, release] : known) {
        const auto* found = point_named(release.release, name);
        if (found != nullptr && (point == nullptr || release.release.sequence > sequence)) {
            point = found;
            sequence = release.release.sequence;
        }
    }
    return point;
}

void find_left_out_places(const std::map<std::string, std::size_t>& counts, const AppId& app, const PointName& point,
                          std::vector<Finding>& findings)
{
    for (const auto& [place, count] : counts) {
        findings.push_back({"extension", place,
                            std::to_string(count) + (count == 1 ? " file" : " files") + " left out of " + app.text() +
                                ": no part of " + point.text()});
    }
}

} // namespace

std::string major_of(std::string_view version)
{
    const auto colon = version.find(':');
    version.remove_prefix(colon == std::string_view::npos ? 0 : colon + 1);
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(version, is_digit_character) - version.begin());
    const std::string number(version.substr(0, end));
    return number.empty() || number.size() > 32 ? "0" : number;
}

std::vector<Point> points_of(const Recipe& recipe, std::string_view version)
{
    std::vector<Point> points;
    for (const auto& point : recipe.points) {
        points.push_back({point.name, point.folders, point.abi.value_or(major_of(version))});
    }
    return points;
}

std::optional<Extension> extension_of(const Recipe& recipe, const std::map<ManifestId, KnownRelease>& known)
{
    if (!recipe.extends) {
        return std::nullopt;
    }
    const auto& [name, abi, folders] = *recipe.extends;
    if (is_of_qube(name)) {
        const auto own = folders_of_qube_point(name.text());
        return Extension{{name, std::string(qube_point_abi)}, {own.begin(), own.end()}};
    }
    const auto* point = newest_point(known, name);
    if (point == nullptr && (!abi || folders.empty())) {
        throw Error(Code::usage,
                    "no app with the point " + name.text() + " is known here, so its folders and ABI word are not",
                    "say both in the recipe: app.folders and app.abi");
    }
    return Extension{{name, abi ? *abi : point->abi}, folders.empty() ? point->folders : folders};
}

std::string with_extension(const std::string& text, const Recipe& recipe, const Extension& extension)
{
    const auto& said = *recipe.extends;
    if (is_of_qube(said.point) || (said.abi && !said.folders.empty())) {
        return text;
    }
    std::string lines;
    if (!said.abi) {
        lines += "abi = \"" + extension.extends.abi + "\"\n";
    }
    if (said.folders.empty()) {
        lines += "folders = [\"" + text::join(extension.folders, "\", \"") + "\"]\n";
    }
    const auto key = text.starts_with("extends") ? 0 : text.find("\nextends") + 1; // none: at the beginning
    const auto end = text.find('\n', key);
    auto whole = text;
    whole.insert(end == std::string::npos ? whole.size() : end + 1, lines);
    const auto again = with_context("the recipe leaves app.abi or app.folders open",
                                    [&] { return parse_recipe(whole, "module.toml"); });
    if (again.extends != RecipeExtends{said.point, extension.extends.abi, extension.folders}) {
        throw Error(Code::usage, "the recipe leaves app.abi or app.folders open, and cannot be completed",
                    "write extends = \"" + said.point.text() + "\" in a line of its own");
    }
    return whole;
}

bool has_fonts(const std::optional<Extension>& extension)
{
    return extension && extension->extends.point.text() == "qpkg.fonts";
}

std::vector<std::string> tools_for(const std::optional<Extension>& extension, const Fd& base)
{
    return has_fonts(extension) && !has_font_program(base) ? std::vector<std::string>{"fontconfig"}
                                                           : std::vector<std::string>();
}

TreeChoice for_the_point(TreeChoice choice, const ForeignTree& changes, const std::set<std::string>& own,
                         const AppId& app, const Extension& extension)
{
    std::set<std::string> kept;
    std::map<std::string, std::size_t> left_out;
    for (const auto& path : choice.keep) {
        const auto info = changes.look(path);
        if (!info || S_ISDIR(info->st_mode)) {
            continue;
        }
        const ExtensionFile file{path, S_ISLNK(info->st_mode) ? std::optional(changes.read_link(path)) : std::nullopt};
        if (own.contains(path) && !complaint_about_extension(app, extension.extends, extension.folders, file)) {
            for (std::size_t end = path.size(); end != 0 && kept.insert(path.substr(0, end)).second;) {
                end = path.rfind('/', end - 1);
            }
        } else if (own.contains(path)) {
            ++left_out[place_of(path)];
        }
    }
    if (kept.empty()) {
        throw Error(Code::not_found, "the packages have nothing for " + extension.extends.point.text() +
                                         ": nothing of theirs lies below " + text::join(extension.folders, " or "));
    }
    for (auto& path : std::exchange(choice.keep, {kept.begin(), kept.end()})) {
        if (!kept.contains(path)) {
            choice.drop.push_back(std::move(path));
        }
    }
    std::ranges::sort(choice.drop);
    choice.limits.clear();
    choice.findings.clear();
    find_left_out_places(left_out, app, extension.extends.point, choice.findings);
    return choice;
}

void refuse_loud_types(const ForeignTree& changes, const ForeignTree& base, const std::vector<std::string>& kept)
{
    constexpr std::string_view sources = "/usr/share/mime/packages/";
    const std::string table = "/usr/share/mime/globs2";
    const auto known = base.look(table) ? patterns_in(base.read(table, largest_table)) : std::set<std::string>();
    for (const auto& path : kept) {
        if (!path.starts_with(sources)) {
            continue;
        }
        try {
            const auto globs = parse_mime_source(changes.read(path, largest_mime_source));
            if (const auto* taken = find_known(globs, known)) {
                throw Error(Code::conflict, "the base knows " + taken->pattern);
            }
        } catch (const Error& error) {
            throw Error(Code::conflict, text::escaped(path) + " cannot be part of an extension: " + error.what());
        }
    }
}

std::vector<InstalledPackage> packages_with(const std::vector<InstalledPackage>& installed,
                                            const PackageFiles& packages, const std::vector<std::string>& kept)
{
    std::set<std::string> owners;
    for (const auto& path : kept) {
        const auto [first, last] = packages.owners.equal_range(path);
        for (auto owner = first; owner != last; ++owner) {
            owners.insert(owner->second);
        }
    }
    auto with = installed;
    std::erase_if(with, [&](const InstalledPackage& package) { return !owners.contains(package.name); });
    return with;
}

} // namespace qpkg::build
