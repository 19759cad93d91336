// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/agent/desktop_entry.hpp"

#include "qpkg/base/error.hpp"

#include <algorithm>
#include <array>

namespace qpkg::agent {
namespace {

constexpr std::string_view main_group = "[Desktop Entry]";
constexpr std::string_view action_group = "[Desktop Action ";
constexpr std::array<std::string_view, 3> dropped_keys = {"TryExec", "Path", "DBusActivatable"};

Error broken(std::size_t line, std::string_view what)
{
    return {Code::corrupt, "line " + std::to_string(line) + ": " + std::string(what)};
}

bool is_clean(std::string_view line)
{
    return std::ranges::none_of(
        line, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f'; });
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

bool is_key(std::string_view key)
{
    return !key.empty() && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-[]_@.").find(c) != std::string_view::npos;
    });
}

std::vector<std::string> mime_list(std::string_view value)
{
    std::vector<std::string> types;
    while (!value.empty()) {
        const auto end = std::min(value.find(';'), value.size());
        const auto type = trimmed(value.substr(0, end));
        if (!type.empty() && type.find('=') == std::string_view::npos) {
            types.emplace_back(type);
        }
        value.remove_prefix(std::min(end + 1, value.size()));
    }
    return types;
}

class Rewriter {
public:
    Rewriter(const AppId& app, const std::filesystem::path& runner, const std::filesystem::path& volume)
        : prefix_(runner.string() + " --view=" + app.text() + ' '), volume_(volume.string())
    {
    }

    void take(std::string_view line)
    {
        ++number_;
        if (!is_clean(line)) {
            throw broken(number_, "holds a control character");
        }
        const auto text = trimmed(line);
        if (text.empty() || text.front() == '#') {
            return;
        }
        if (text.front() == '[') {
            take_group(text);
        } else {
            take_entry(text);
        }
    }

    DesktopEntry finish()
    {
        if (!is_application_ || !has_program_) {
            throw broken(number_, "not an application with a program");
        }
        return std::move(entry_);
    }

private:
    void take_group(std::string_view text)
    {
        if (text.back() != ']') {
            throw broken(number_, "the name of a group does not end");
        }
        in_main_ = text == main_group;
        if (in_main_ == seen_main_) { // the entry comes first, and once
            throw broken(number_, "expected [Desktop Entry] once, as the first group");
        }
        seen_main_ = true;
        kept_ = in_main_ || text.starts_with(action_group);
        if (kept_) {
            entry_.bytes += std::string(text) + '\n';
        }
    }

    void take_entry(std::string_view text)
    {
        const auto equals = text.find('=');
        if (!seen_main_ || equals == std::string_view::npos) {
            throw broken(number_, "expected a group or KEY=VALUE");
        }
        const auto key = trimmed(text.substr(0, equals));
        const auto value = trimmed(text.substr(equals + 1));
        if (!is_key(key)) {
            throw broken(number_, "not the name of a key");
        }
        if (!kept_ || std::ranges::find(dropped_keys, key) != dropped_keys.end()) {
            return;
        }
        entry_.bytes += std::string(key) + '=' + rewritten(key, value) + '\n';
        if (in_main_) {
            note(key, value);
        }
    }

    std::string rewritten(std::string_view key, std::string_view value) const
    {
        if (key == "Exec") {
            if (value.empty()) {
                throw broken(number_, "Exec names no program");
            }
            return prefix_ + std::string(value);
        }
        if (key == "Icon" && value.starts_with('/')) {
            return volume_ + std::string(value);
        }
        return std::string(value);
    }

    void note(std::string_view key, std::string_view value)
    {
        if (key == "Type") {
            is_application_ = value == "Application";
        }
        if (key == "Exec") {
            has_program_ = true;
        }
        if (key == "MimeType") {
            entry_.mime_types = mime_list(value);
        }
    }

    std::string prefix_;
    std::string volume_;
    DesktopEntry entry_{};
    std::size_t number_ = 0;
    bool seen_main_ = false;
    bool in_main_ = false;
    bool kept_ = false;
    bool is_application_ = false;
    bool has_program_ = false;
};

} // namespace

DesktopEntry for_the_qube(std::string_view bytes, const AppId& app, const std::filesystem::path& runner,
                          const std::filesystem::path& volume)
{
    if (bytes.size() > largest_desktop_entry) {
        throw broken(1, "the file is larger than 256 KiB");
    }
    Rewriter rewriter(app, runner, volume);
    while (!bytes.empty()) {
        const auto end = std::min(bytes.find('\n'), bytes.size());
        rewriter.take(bytes.substr(0, end));
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
    return rewriter.finish();
}

} // namespace qpkg::agent
