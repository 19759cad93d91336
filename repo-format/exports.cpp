// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/exports.hpp"

#include "qpkg/base/error.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace qpkg {
namespace {

constexpr std::string_view format_word = "qpkg-exports-";
constexpr std::string_view format_number = "1";
constexpr std::size_t longest_name = 64; // a launcher's first line names app and command within the kernel's 256 bytes
constexpr std::size_t longest_path = 1024;
constexpr std::size_t longest_part = 255;

struct KindWord {
    ExportKind kind;
    std::string_view word;
};
constexpr std::array kind_words = {
    KindWord{ExportKind::command, "command"}, KindWord{ExportKind::desktop, "desktop"},
    KindWord{ExportKind::icon, "icon"},       KindWord{ExportKind::dbus, "dbus"},
    KindWord{ExportKind::service, "service"}, KindWord{ExportKind::mime, "mime"},
};

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._+@-").find(c) != std::string_view::npos;
}

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

/// Nothing, or what is wrong.
std::optional<std::string> complaint_about(const Export& made)
{
    if (!is_export_name(made.name)) {
        return "not a name of at most 64 letters, digits and . _ + @ -";
    }
    if (!is_path(made.path)) {
        return "not an absolute path of printable ASCII without blanks, . and ..";
    }
    if (made.kind == ExportKind::desktop && !made.name.ends_with(".desktop")) {
        return "the name of a desktop entry ends in .desktop";
    }
    if (made.kind == ExportKind::service && !made.name.ends_with(".service")) {
        return "the name of a service ends in .service";
    }
    if (made.kind == ExportKind::icon && !made.path.starts_with("/usr/share/icons/") &&
        !made.path.starts_with("/usr/share/pixmaps/")) {
        return "an icon lies in /usr/share/icons or /usr/share/pixmaps";
    }
    return std::nullopt;
}

std::string line_of(const Export& made)
{
    const auto* word = std::ranges::find(kind_words, made.kind, &KindWord::kind);
    return std::string(word->word) + ' ' + made.name + ' ' + made.path + '\n';
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
        throw broken(1, "expected qpkg-exports-1 and an app id");
    }
    if (header.substr(format_word.size(), blank - format_word.size()) != format_number) {
        throw Error(Code::unsupported, "exports: another format than qpkg-exports-1");
    }
    if (header.substr(blank + 1) != app.text()) {
        throw broken(1, "is of another app, expected " + app.text());
    }
}

Export parse_line(std::string_view line, std::size_t number)
{
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) {
        throw broken(number, "expected kind, name and path");
    }
    const auto* word = std::ranges::find(kind_words, line.substr(0, first), &KindWord::word);
    if (word == kind_words.end()) {
        throw broken(number, "unknown kind of export");
    }
    Export made{word->kind, std::string(line.substr(first + 1, second - first - 1)),
                std::string(line.substr(second + 1))};
    if (const auto complaint = complaint_about(made)) {
        throw broken(number, *complaint);
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

bool is_export_name(std::string_view text)
{
    return !text.empty() && text.size() <= longest_name && text.front() != '.' && text.front() != '-' &&
           std::ranges::all_of(text, is_name_character);
}

std::string encode_exports(const AppId& app, const std::vector<Export>& exports)
{
    std::set<std::pair<ExportKind, std::string>> seen;
    std::vector<std::string> lines;
    for (const auto& made : exports) {
        if (const auto complaint = complaint_about(made)) {
            throw Error(Code::usage, "the export \"" + made.name + "\" of " + app.text() + ": " + *complaint);
        }
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
        auto made = parse_line(line, number);
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
