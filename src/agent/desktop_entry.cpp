// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/desktop_entry.hpp"

#include "qpkg/core/key_value_file.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>

namespace qpkg::agent {
namespace {

constexpr std::string_view main_group = "[Desktop Entry]";
constexpr std::string_view action_group = "[Desktop Action ";
constexpr std::array<std::string_view, 3> dropped_keys = {"TryExec", "Path", "DBusActivatable"};

std::vector<std::string> mime_list(std::string_view value)
{
    std::vector<std::string> types;
    while (!value.empty()) {
        const auto end = std::min(value.find(';'), value.size());
        const auto type = text::trimmed(value.substr(0, end));
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

    void take(const KeyLine& line)
    {
        last_ = line.number;
        if (line.group.empty()) {
            take_entry(line.key, line.value);
        } else {
            take_group(line.group);
        }
    }

    DesktopEntry finish()
    {
        if (!is_application_ || !has_program_) {
            throw broken_line(last_, "not an application with a program");
        }
        return std::move(entry_);
    }

private:
    void take_group(std::string_view text)
    {
        in_main_ = text == main_group;
        if (in_main_ == seen_main_) { // the entry comes first, and once
            throw broken_line(last_, "expected [Desktop Entry] once, as the first group");
        }
        seen_main_ = true;
        kept_ = in_main_ || text.starts_with(action_group);
        if (kept_) {
            entry_.bytes += std::string(text) + '\n';
        }
    }

    void take_entry(std::string_view key, std::string_view value)
    {
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
                throw broken_line(last_, "Exec names no program");
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
    std::size_t last_ = 1;
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
    Rewriter rewriter(app, runner, volume);
    for (const auto& line : read_key_value_file(bytes)) {
        rewriter.take(line);
    }
    return rewriter.finish();
}

} // namespace qpkg::agent
