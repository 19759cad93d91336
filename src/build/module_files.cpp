// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_files.hpp"

#include "build/desktop_menu.hpp"
#include "build/scan.hpp"

#include "qpkg/core/text.hpp"

#include <unistd.h>

#include <algorithm>

namespace qpkg::build {
namespace {

constexpr std::string_view alternatives_directory = "/etc/alternatives/";
constexpr std::array<std::string_view, 2> icon_places{"/usr/share/icons", "/usr/share/pixmaps"};
constexpr std::array<std::string_view, 4> icon_endings{".png", ".svg", ".svgz", ".xpm"};
constexpr std::size_t largest_desktop_entry = 64 * 1024 * 1024;
constexpr std::size_t longest_first_line = 256; ///< bytes, as Linux reads of a script
constexpr int most_steps = 16;                  ///< of links that lead to links

/// What a link leads to, step by step; nothing for what is none.
std::vector<std::string> steps_from(const ForeignTree& tree, std::string path)
{
    std::vector<std::string> steps;
    for (int step = 0; step < most_steps; ++step) {
        const auto info = tree.look(path);
        if (!info || !S_ISLNK(info->st_mode)) {
            break;
        }
        path = link_target(path, tree.read_link(path));
        steps.push_back(path);
    }
    return steps;
}

/// Without "#!", empty for what is no script.
std::string script_line(const ForeignTree& tree, const std::string& path)
{
    const auto info = tree.look(path);
    if (!info || !S_ISREG(info->st_mode)) {
        return {};
    }
    std::array<char, longest_first_line> start{};
    const auto got = ::read(tree.open_file(path).get(), start.data(), start.size());
    const std::string_view text(start.data(), got < 0 ? 0 : static_cast<std::size_t>(got));
    return text.starts_with("#!") ? std::string(text.substr(2, text.find('\n') - 2)) : std::string();
}

/// Finds what each command and menu entry of a module starts.
class StartReader {
public:
    StartReader(const ForeignTree& tree, ModuleFiles& files) : tree_(tree), files_(files) {}

    StartedPrograms read() &&
    {
        for (const auto& path : files_.all) {
            if (command_in(path)) {
                take_command(path);
            }
        }
        for (const auto& [path, text] : files_.desktop) {
            starts_[path];
            add_program(path, program_of(desktop_value(text, "Exec").value_or("")));
        }
        return std::move(starts_);
    }

private:
    void take_command(const std::string& path)
    {
        const auto steps = steps_from(tree_, path);
        if (!steps.empty() && steps.front().starts_with(alternatives_directory)) {
            files_.alternatives.emplace(path, steps.back());
            starts_[steps.back()]; // so its package has a command
            return;
        }
        starts_[path].insert(steps.begin(), steps.end());
        add_program(path, program_of(script_line(tree_, steps.empty() ? path : steps.back())));
    }

    void add_program(const std::string& starter, const std::optional<std::string>& program)
    {
        if (const auto path = program ? place_of(*program) : std::nullopt) {
            const auto steps = steps_from(tree_, *path);
            starts_[starter].insert(*path);
            starts_[starter].insert(steps.begin(), steps.end());
        }
    }

    std::optional<std::string> place_of(const std::string& program) const
    {
        if (program.starts_with('/')) {
            return merged_into_usr(program);
        }
        for (const auto directory : command_directories) {
            if (auto path = std::string(directory) + program; files_.all.contains(path)) {
                return path;
            }
        }
        return std::nullopt;
    }

    const ForeignTree& tree_;
    ModuleFiles& files_;
    StartedPrograms starts_;
};

std::set<std::string> files_among(const std::set<std::string>& all, const PackageFiles& packages,
                                  const std::set<std::string>& of)
{
    std::set<std::string> found;
    for (const auto& [path, owner] : packages.owners) {
        if (of.contains(owner) && all.contains(path)) {
            found.insert(path);
        }
    }
    return found;
}

} // namespace

ModuleFiles read_module_files(const ForeignTree& changes, const std::vector<std::string>& keep, const Recipe& recipe,
                              std::span<const InstalledPackage> installed, const PackageFiles& packages)
{
    ModuleFiles files;
    for (const auto& path : keep) {
        const auto info = changes.look(path);
        if (info && !S_ISDIR(info->st_mode)) {
            files.all.insert(path);
        }
        if (name_in(path, desktop_directory, ".desktop")) {
            files.desktop.emplace(path, read_in_root(changes.top(), path, largest_desktop_entry));
        }
    }
    const auto starts = StartReader(changes, files).read();
    files.own = files_among(files.all, packages, {recipe.packages.begin(), recipe.packages.end()});
    files.related = files_among(files.all, packages, relatives_of(recipe.packages, installed, packages, starts));
    return files;
}

std::optional<std::string> name_in(std::string_view path, std::string_view directory, std::string_view ending)
{
    if (!path.starts_with(directory) || path.find('/', directory.size()) != std::string_view::npos ||
        !path.ends_with(ending)) {
        return std::nullopt;
    }
    return std::string(path.substr(directory.size()));
}

std::optional<std::string> command_in(std::string_view path)
{
    for (const auto directory : command_directories) {
        if (auto name = name_in(path, directory)) {
            return name;
        }
    }
    return std::nullopt;
}

std::optional<std::string> icon_in(std::string_view path)
{
    const bool is_place =
        std::ranges::any_of(icon_places, [&](std::string_view top) { return is_at_or_below(path, top); });
    const auto dot = path.rfind('.');
    const auto slash = path.rfind('/');
    if (!is_place || dot == std::string_view::npos || dot < slash ||
        std::ranges::find(icon_endings, path.substr(dot)) == icon_endings.end()) {
        return std::nullopt;
    }
    return std::string(path.substr(slash + 1, dot - slash - 1));
}

std::set<std::string> icons_of(const ForeignTree& root)
{
    std::set<std::string> icons;
    for (const auto top : icon_places) {
        if (root.has_directory(std::string(top))) {
            root.walk(std::string(top), [&](const ForeignTree::Entry& entry) {
                if (auto icon = icon_in(entry.path)) {
                    icons.insert(*std::move(icon));
                }
            });
        }
    }
    return icons;
}

std::string link_target(const std::string& path, const std::string& link)
{
    const auto joined =
        link.starts_with('/') ? std::filesystem::path(link) : std::filesystem::path(path).parent_path() / link;
    return merged_into_usr(joined.lexically_normal().string());
}

std::optional<std::string> program_of(std::string_view command_line)
{
    bool is_after_env = false;
    for (auto word : text::words_of(command_line)) {
        word = text::trimmed(word, "\"'");
        if (word == "env" || word.ends_with("/env")) {
            is_after_env = true;
        } else if (!is_after_env || (!word.starts_with('-') && word.find('=') == std::string_view::npos)) {
            return word.empty() ? std::nullopt : std::optional(std::string(word));
        }
    }
    return std::nullopt;
}

} // namespace qpkg::build
