// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/tmpfiles.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace qpkg {
namespace {

constexpr std::string_view state_place = "/var/lib/";
constexpr std::array<std::string_view, 4> open_places{"/run/", "/var/cache/", "/var/log/", state_place};
constexpr unsigned sticky_for_all = 01777;
constexpr unsigned for_one_group = 02775;
constexpr unsigned usual_directory = 0755;
constexpr unsigned usual_file = 0644;
constexpr std::size_t longest_tmpfile_path = 255;

/// Why a line makes nothing.
struct Refusal {
    std::string why;
};

using Words = std::vector<std::string_view>;

bool is_plain(std::string_view line)
{
    return std::ranges::all_of(line, [](char c) {
        return c == '\t' || (c >= ' ' && c <= '~' && std::string_view("%\\\"'").find(c) == std::string_view::npos);
    });
}

std::string word_at(const Words& words, std::size_t index)
{
    return index < words.size() && words[index] != "-" ? std::string(words[index]) : std::string();
}

/// The old name of /run is known to all packages.
std::string with_run(std::string_view path)
{
    constexpr std::string_view old_run = "/var/run/";
    std::string now(path);
    if (path.starts_with(old_run)) {
        now = "/run/" + std::string(path.substr(old_run.size()));
    }
    while (now.size() > 1 && now.back() == '/') {
        now.pop_back();
    }
    return now;
}

bool has_odd_step(std::string_view path)
{
    const auto steps = text::split(path, '/');
    return std::ranges::any_of(steps.begin() + 1, steps.end(),
                               [](const std::string& step) { return step.empty() || step == "." || step == ".."; });
}

/// What lasts is the app's state, and nothing else in /var/lib.
bool is_foreign_state(std::string_view top, const std::vector<std::string>& state)
{
    return top.starts_with(state_place) && std::ranges::find(state, top.substr(state_place.size())) == state.end();
}

std::string path_of(const Words& words, const std::vector<std::string>& state)
{
    auto path = with_run(words.size() > 1 ? words[1] : std::string_view());
    if (!path.starts_with('/') || path.size() > longest_tmpfile_path || has_odd_step(path)) {
        throw Refusal{"no absolute path"};
    }
    const auto top = first_folder(path);
    if (top.empty()) {
        throw Refusal{path + ": not below a folder of its own in /run, /var/cache, /var/lib or /var/log"};
    }
    if (is_foreign_state(top, state)) {
        throw Refusal{path + ": lasts, and is no state that the recipe names"};
    }
    return path;
}

unsigned mode_of(const Words& words, const std::string& path, Tmpfile::Kind kind)
{
    const auto word = word_at(words, 2);
    if (word.empty()) {
        return kind == Tmpfile::Kind::directory ? usual_directory : usual_file;
    }
    unsigned mode = 0;
    const auto* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, mode, 8);
    if (error != std::errc{} || stop != end || word.size() > 5) {
        throw Refusal{"mode " + word + ": expected octal digits"};
    }
    const bool is_directory = kind == Tmpfile::Kind::directory;
    const bool is_special =
        is_directory && (mode == sticky_for_all || (mode == for_one_group && path.starts_with("/run/")));
    if (!is_special && (mode & ~0775U) != 0) {
        throw Refusal{"mode " + word + ": of the special ones only 1777, and 2775 below /run, and those of folders"};
    }
    return mode;
}

/// Steps from the folder of the link never rise above the first folder.
void check_target(const std::string& path, const std::string& target)
{
    const auto top = first_folder(path);
    const auto now = target.starts_with('/') ? with_run(target) : path.substr(0, path.rfind('/') + 1) + target;
    if (target.empty() || now.size() > longest_tmpfile_path || has_odd_step(now) || first_folder(now) != top) {
        throw Refusal{path + ": leads out of " + std::string(top)};
    }
}

Tmpfile read_line(const Words& words, const std::vector<std::string>& state)
{
    constexpr auto directory = Tmpfile::Kind::directory;
    const auto type = words.front();
    const auto kind = type == "d" || type == "D" ? std::optional(directory)
                      : type == "f"              ? std::optional(Tmpfile::Kind::file)
                      : type == "L"              ? std::optional(Tmpfile::Kind::link)
                                                 : std::nullopt;
    if (!kind) {
        throw Refusal{"type " + std::string(type) + ": only d, D, f and L are known"};
    }
    const auto path = path_of(words, state);
    const auto argument = word_at(words, 6);
    if (*kind != directory && first_folder(path) == path) {
        throw Refusal{path + ": not in a folder of its own"};
    }
    if (*kind == Tmpfile::Kind::link) {
        check_target(path, argument);
    } else if (!argument.empty()) {
        throw Refusal{path + ": contents are not written"};
    }
    const auto owner = [&](std::size_t index) {
        auto name = word_at(words, index);
        return name.empty() || name == "0" ? std::string("root") : name;
    };
    return {*kind, path, mode_of(words, path, *kind), owner(3), owner(4), argument};
}

} // namespace

std::string_view first_folder(std::string_view path)
{
    for (const auto place : open_places) {
        if (path.starts_with(place) && path.size() > place.size()) {
            return path.substr(0, path.find('/', place.size()));
        }
    }
    return {};
}

Tmpfiles parse_tmpfiles(std::string_view text, const std::vector<std::string>& state)
{
    Tmpfiles tmpfiles;
    std::size_t number = 0;
    for (const auto& line : text::split(text, '\n')) {
        ++number;
        const auto words = text::words_of(line, " \t\r");
        if (words.empty() || words.front().starts_with('#')) {
            continue;
        }
        try {
            if (!is_plain(text::trimmed(line, "\r"))) {
                throw Refusal{"specifiers, quotes and other characters than ASCII are not read"};
            }
            if (tmpfiles.made.size() == most_tmpfiles) {
                throw Refusal{"more than " + std::to_string(most_tmpfiles) + " things"};
            }
            tmpfiles.made.push_back(read_line(words, state));
        } catch (const Refusal& refusal) {
            tmpfiles.refused.push_back("line " + std::to_string(number) + ": " + text::escaped(refusal.why));
        }
    }
    return tmpfiles;
}

std::vector<std::string> tmpfiles_paths(std::string_view text)
{
    std::vector<std::string> paths;
    for (const auto& line : text::split(text, '\n')) {
        const auto words = text::words_of(line, " \t\r\"'");
        if (words.size() > 1 && !words.front().starts_with('#')) {
            paths.push_back(with_run(words[1]));
        }
    }
    return paths;
}

} // namespace qpkg
