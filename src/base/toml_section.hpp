// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/strict_toml.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg {

/// What texts may hold: of people whom we do not know one line of at most 400 printable ASCII characters, of who sets
/// up this machine anything but NUL.
enum class TomlTexts { lines, any };

/// What a person wrote. Error usage "<file>:<line>:<column>: …", also where toml++ would abort.
toml::table parse_toml(std::string_view text, std::string_view file, TomlTexts texts = TomlTexts::lines);

/// One table of it; remembers which keys were asked for, so that the others can be refused. Errors are usage
/// "<file>:<line>:<column>: <key>: expected …, found …".
class TomlSection {
public:
    /// `name` is empty for the whole text. The table and the file's name outlive this.
    TomlSection(const toml::table& table, std::string name, std::string_view file, TomlTexts texts = TomlTexts::lines);

    [[noreturn]] void fail(const toml::node& where, std::string_view key, const std::string& complaint) const;
    /// Runs `check` on a value of `key`; its complaint is told at the value's place.
    template <class Check>
    auto checked(std::string_view key, Check&& check) const
    {
        try {
            return check();
        } catch (const Error& error) {
            fail(*table_.get(key), key, error.what());
        }
    }

    std::optional<std::string> text(std::string_view key);
    std::string required_text(std::string_view key);
    /// From the top: "/boot/vmlinuz".
    std::optional<std::filesystem::path> path(std::string_view key);
    bool flag(std::string_view key, bool otherwise);
    /// The key is there, and says true or false and not a word.
    bool has_flag(std::string_view key) const;
    std::optional<std::uint64_t> number(std::string_view key, std::uint64_t least, std::uint64_t most);
    std::uint64_t required_number(std::string_view key, std::uint64_t least, std::uint64_t most);
    /// One of some words, the usual one when the key is not there.
    std::string choice(std::string_view key, const std::vector<std::string>& usual_first);
    std::optional<std::vector<std::string>> texts(std::string_view key);
    /// [["one", "two"], …], none when it is not there.
    std::vector<std::vector<std::string>> lists_of_texts(std::string_view key);
    /// At least one.
    std::vector<std::string> required_texts(std::string_view key);
    /// An empty one when it is not there.
    TomlSection section(std::string_view key);
    /// [[key]], at least one.
    std::vector<TomlSection> sections(std::string_view key);

    void refuse_unknown() const;

private:
    std::string path_of(std::string_view key) const;
    const toml::node* find(std::string_view key);
    std::string text_of(const toml::node& node, std::string_view key) const;
    std::vector<std::string> texts_of(const toml::node& node, std::string_view key) const;

    const toml::table& table_;
    std::string name_;
    std::string_view file_;
    TomlTexts kind_;
    std::set<std::string> asked_;
};

} // namespace qpkg
