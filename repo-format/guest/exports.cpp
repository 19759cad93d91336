// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/exports.hpp"

#include "repo-format/guest/app_names.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace qpkg {
namespace {

constexpr std::string_view format_word = "qpkg-exports-";
constexpr std::string_view format_number = "2";
constexpr std::string_view first_word = "first";
constexpr std::string_view second_word = "second";
constexpr std::size_t longest_path = 1024;
constexpr std::size_t longest_part = 255;
constexpr std::string_view listed_word = " listed";

bool is_part(std::string_view part)
{
    return !part.empty() && part.size() <= longest_part && part != "." && part != ".." &&
           std::ranges::all_of(part, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_path(std::string_view text)
{
    if (text.size() > longest_path) {
        return false;
    }
    while (text.starts_with('/')) {
        text.remove_prefix(1);
        const auto end = std::min(text.find('/'), text.size());
        if (!is_part(text.substr(0, end))) {
            return false;
        }
        text.remove_prefix(end);
        if (text.empty()) {
            return true;
        }
    }
    return false;
}

/// Its file has its name, so that who has the name has the file.
bool is_icon_path(const Export& icon)
{
    if (!icon.path.starts_with("/usr/share/icons/") && !icon.path.starts_with("/usr/share/pixmaps/")) {
        return false;
    }
    return std::ranges::any_of(std::array{".png", ".svg", ".xpm"},
                               [&](const char* ending) { return icon.path.ends_with('/' + icon.name + ending); });
}

std::optional<std::string> complaint_about_name(const Export& made)
{
    if (!is_export_name(made.name)) {
        return "not a name of at most 64 letters, digits and . _ + @ -";
    }
    if (made.kind == ExportKind::desktop && !made.name.ends_with(".desktop")) {
        return "the name of a desktop entry ends in .desktop";
    }
    if (made.kind == ExportKind::service) {
        return complaint_about_service(made.name);
    }
    return made.kind == ExportKind::dbus ? complaint_about_bus_name(made.name) : std::nullopt;
}

std::optional<std::string> complaint_about_path(const Export& made)
{
    if (!is_path(made.path)) {
        return "not an absolute path of printable ASCII without blanks, . and ..";
    }
    if (made.kind == ExportKind::icon && !is_icon_path(made)) {
        return "an icon lies in /usr/share/icons or /usr/share/pixmaps, as its name and .png, .svg or .xpm";
    }
    return std::nullopt;
}

std::string line_of(const Export& made)
{
    const auto rank = made.rank == Rank::first ? first_word : second_word;
    const auto ending = made.listed ? listed_word : std::string_view();
    return std::string(word_of(made.kind)).append(" ").append(rank) + ' ' + made.name + ' ' + made.path +
           std::string(ending) + '\n';
}

Error broken(std::size_t line, std::string_view what)
{
    return {Code::corrupt, "exports: line " + std::to_string(line) + ": " + std::string(what)};
}

/// Up to the next LF, which is taken too.
std::string_view take_line(std::string_view& bytes, std::size_t number)
{
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) {
        throw broken(number, "does not end in a newline");
    }
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    return line;
}

void check_header(std::string_view header, const AppId& app)
{
    const auto blank = header.find(' ');
    if (!header.starts_with(format_word) || blank == std::string_view::npos) {
        throw broken(1, "expected qpkg-exports-2 and an app id");
    }
    const auto number = header.substr(format_word.size(), blank - format_word.size());
    if (number == "1") {
        throw Error(Code::unsupported, "exports: made by qpkg 0.1; build it again");
    }
    if (number != format_number) {
        throw Error(Code::unsupported, "exports: another format than qpkg-exports-2");
    }
    if (header.substr(blank + 1) != app.text()) {
        throw broken(1, "is of another app, expected " + app.text());
    }
}

/// The next word of a line, without the blank that ends it; nothing when no blank follows.
std::optional<std::string_view> take_word(std::string_view& line)
{
    const auto end = line.find(' ');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const auto word = line.substr(0, end);
    line.remove_prefix(end + 1);
    return word;
}

Export parse_line(std::string_view line, std::size_t number, const AppId& app)
{
    const auto word = take_word(line);
    const auto rank = take_word(line);
    const auto name = take_word(line);
    if (!word || !rank || !name) {
        throw broken(number, "expected kind, rank, name and path");
    }
    const auto kind = kind_named(*word);
    if (!kind) {
        throw broken(number, "unknown kind of export");
    }
    if (*rank != first_word && *rank != second_word) {
        throw broken(number, "the rank is neither first nor second");
    }
    const bool is_listed = line.ends_with(listed_word);
    line.remove_suffix(is_listed ? listed_word.size() : 0);
    Export made{.kind = *kind,
                .name = std::string(*name),
                .path = std::string(line),
                .rank = *rank == first_word ? Rank::first : Rank::second,
                .listed = is_listed};
    if (const auto complaint = complaint_about(app, made)) {
        throw broken(number, complaint->what);
    }
    return made;
}

/// Whether this name may be used once more for its kind.
bool is_new(std::set<std::pair<ExportKind, std::string>>& seen, const Export& made)
{
    return made.kind == ExportKind::icon || seen.emplace(made.kind, made.name).second;
}

} // namespace

std::string exports_path(const AppId& app) { return "/usr/share/qpkg/" + app.text() + "/exports"; }

bool is_foreign_name(const AppId& app, const Export& made)
{
    return (made.kind == ExportKind::dbus && !is_bus_name_of(app, made.name)) ||
           (made.kind == ExportKind::service && !is_service_of(app, made.name));
}

std::optional<Complaint> complaint_about(const AppId& app, const Export& made)
{
    if (auto what = complaint_about_name(made)) {
        return Complaint{"name", *std::move(what)};
    }
    if (auto what = complaint_about_path(made)) {
        return Complaint{"path", *std::move(what)};
    }
    if (made.listed != is_foreign_name(app, made)) {
        return Complaint{"name", made.listed ? "only a name of a bus or a service that is not of the app's id is listed"
                                             : "the name is not of the app's id, and not listed"};
    }
    return std::nullopt;
}

void require_possible(const AppId& app, const Export& made)
{
    if (const auto complaint = complaint_about(app, made)) {
        throw Error(Code::usage, "the export \"" + made.name + "\" of " + app.text() + ": " + complaint->what);
    }
}

std::string encode_exports(const AppId& app, const std::vector<Export>& exports)
{
    std::set<std::pair<ExportKind, std::string>> seen;
    std::vector<std::string> lines;
    for (const auto& made : exports) {
        require_possible(app, made);
        if (!is_new(seen, made)) {
            throw Error(Code::usage, "the export \"" + made.name + "\" of " + app.text() + " is there twice");
        }
        lines.push_back(line_of(made));
    }
    std::ranges::sort(lines);
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    auto bytes = std::string(format_word) + std::string(format_number) + ' ' + app.text() + '\n';
    for (const auto& line : lines) {
        bytes += line;
    }
    if (bytes.size() > largest_exports) {
        throw Error(Code::no_space, "the exports of " + app.text() + " are larger than 1 MiB");
    }
    return bytes;
}

std::vector<Export> parse_exports(std::string_view bytes, const AppId& app)
{
    if (bytes.size() > largest_exports) {
        throw Error(Code::no_space, "exports: larger than 1 MiB");
    }
    check_header(take_line(bytes, 1), app);
    std::vector<Export> exports;
    std::set<std::pair<ExportKind, std::string>> seen;
    std::string_view last;
    for (std::size_t number = 2; !bytes.empty(); ++number) {
        const auto line = take_line(bytes, number);
        auto made = parse_line(line, number, app);
        if (!last.empty() && !(last < line)) {
            throw broken(number, "not in ascending order");
        }
        if (!is_new(seen, made)) {
            throw broken(number, "the name is there twice");
        }
        exports.push_back(std::move(made));
        last = line;
    }
    return exports;
}

} // namespace qpkg
