// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/recipe.hpp"

#include "base/strict_toml.hpp"
#include "repo-format/guest/app_names.hpp"

#include "qpkg/core/text.hpp"
#include "qpkg/core/word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace qpkg::build {
namespace {

/// A library in the qube's own /usr is loaded by the base's programs too, those of root among them.
constexpr std::string_view no_shared_view =
    "no module is merged into the qube's own /usr: what others may see will be an extension of a point, until then "
    "an app is private";

bool is_line(std::string_view text)
{
    return text.size() <= 400 && std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

std::string word_for(toml::node_type type)
{
    switch (type) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "text";
    case toml::node_type::boolean:
        return "true or false";
    case toml::node_type::integer:
    case toml::node_type::floating_point:
        return "a number";
    default:
        return "a date or time";
    }
}

/// One table of the recipe; remembers which keys were asked for, so that the others can be refused.
class Section {
public:
    Section(const toml::table& table, std::string name, std::string_view file)
        : table_(table), name_(std::move(name)), file_(file)
    {
    }

    [[noreturn]] void fail(const toml::node& where, std::string_view key, const std::string& complaint) const
    {
        const auto at = where.source().begin;
        throw Error(Code::usage, fmt::format("{}:{}:{}: {}: {}", file_, at.line, at.column, path_of(key), complaint));
    }

    std::optional<std::string> text(std::string_view key)
    {
        const auto* node = find(key);
        if (node == nullptr) {
            return std::nullopt;
        }
        return line_of(*node, key);
    }

    std::string required_text(std::string_view key)
    {
        if (auto value = text(key)) {
            return *value;
        }
        fail(table_, key, "expected text, found nothing");
    }

    bool flag(std::string_view key, bool otherwise)
    {
        const auto* node = find(key);
        if (node == nullptr) {
            return otherwise;
        }
        if (const auto* value = node->as_boolean()) {
            return value->get();
        }
        fail(*node, key, "expected true or false, found " + word_for(node->type()));
    }

    /// One of two words; `usual` when the key is not there.
    std::string choice(std::string_view key, std::string_view usual, std::string_view other)
    {
        auto word = text(key).value_or(std::string(usual));
        if (word != usual && word != other) {
            fail(*table_.get(key), key, fmt::format("expected {} or {}, found \"{}\"", usual, other, word));
        }
        return word;
    }

    std::optional<std::vector<std::string>> texts(std::string_view key)
    {
        const auto* node = find(key);
        if (node == nullptr) {
            return std::nullopt;
        }
        const auto* array = node->as_array();
        if (array == nullptr) {
            fail(*node, key, "expected a list of texts, found " + word_for(node->type()));
        }
        std::vector<std::string> values;
        for (const auto& element : *array) {
            values.push_back(line_of(element, key));
        }
        return values;
    }

    Section section(std::string_view key)
    {
        static const toml::table nothing;
        const auto* node = find(key);
        if (node != nullptr && !node->is_table()) {
            fail(*node, key, "expected a table, found " + word_for(node->type()));
        }
        return {node == nullptr ? nothing : *node->as_table(), path_of(key), file_};
    }

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

    void refuse_unknown() const
    {
        for (const auto& [key, node] : table_) {
            if (asked_.contains(std::string(key.str()))) {
                continue;
            }
            const std::vector<std::string> known(asked_.begin(), asked_.end());
            const auto near = text::near_names(key.str(), known);
            fail(node, text::escaped(key.str()),
                 "unknown key, expected " +
                     (near.empty() ? "one of " + text::join(known, ", ") : text::join(near, " or ")));
        }
    }

private:
    std::string path_of(std::string_view key) const { return (name_.empty() ? "" : name_ + '.') + std::string(key); }

    const toml::node* find(std::string_view key)
    {
        asked_.emplace(key);
        return table_.get(key);
    }

    std::string line_of(const toml::node& node, std::string_view key) const
    {
        const auto* value = node.as_string();
        if (value == nullptr) {
            fail(node, key, "expected text, found " + word_for(node.type()));
        }
        if (!is_line(value->get())) {
            fail(node, key, "expected one line of at most 400 printable ASCII characters");
        }
        return value->get();
    }

    const toml::table& table_;
    std::string name_;
    std::string_view file_;
    std::set<std::string> asked_;
};

void read_app(Section section, Recipe& recipe)
{
    recipe.summary = section.text("summary").value_or("");
    recipe.version = section.text("version");
    const auto view = section.text("view").value_or("private");
    section.checked("view", [&] {
        if (view == "shared") {
            throw Error(Code::usage, std::string(no_shared_view));
        }
        if (view != "private") {
            throw Error(Code::usage, "expected private, found \"" + view + '"');
        }
    });
    section.refuse_unknown();
}

void read_source(Section section, Recipe& recipe)
{
    const auto type = section.required_text("type");
    section.checked("type", [&] {
        if (type != "packages") {
            throw Error(Code::usage, "expected packages, found \"" + type + '"');
        }
    });
    recipe.packages = section.texts("packages").value_or(std::vector<std::string>());
    if (recipe.packages.empty()) {
        recipe.packages.push_back(section.required_text("packages")); // says what is missing, and where
    }
    section.checked("packages", [&] {
        for (const auto& name : recipe.packages) {
            if (!is_package_name(name)) {
                throw Error(Code::usage, "expected the name of a package, found \"" + name + '"');
            }
        }
    });
    recipe.recommends = section.flag("recommends", false);
    recipe.private_files =
        section.choice("private_files", "drop", "refuse") == "refuse" ? PrivateFiles::refuse : PrivateFiles::drop;
    recipe.may_remove = section.texts("may_remove").value_or(std::vector<std::string>());
    section.checked("may_remove", [&] {
        for (const auto& path : recipe.may_remove) {
            if (!path.starts_with('/')) {
                throw Error(Code::usage, "expected an absolute path, found \"" + path + '"');
            }
        }
    });
    section.refuse_unknown();
}

void read_needs(Section section, Needs& needs)
{
    needs.network = section.flag("network", false);
    needs.audio = section.flag("audio", false);
    needs.camera = section.flag("camera", false);
    needs.usb = section.flag("usb", false);
    needs.gpu = section.flag("gpu", false);
    needs.persist = section.texts("persist").value_or(std::vector<std::string>());
    section.checked("persist", [&] {
        for (const auto& path : needs.persist) {
            if (!path.starts_with("~/") && !path.starts_with('/')) {
                throw Error(Code::usage, "expected a path that starts with ~/ or /, found \"" + path + '"');
            }
        }
    });
    section.refuse_unknown();
}

/// Names that others find the app by; those of services end in .service.
void read_names(Section& exports, Recipe& recipe)
{
    const auto check = [&](std::string_view key, const std::vector<std::string>& names, bool is_of_services) {
        exports.checked(key, [&] {
            for (const auto& name : names) {
                const auto complaint = is_of_services || name.ends_with(".service") ? complaint_about_service(name)
                                                                                    : complaint_about_bus_name(name);
                if (complaint) {
                    throw Error(Code::usage, "\"" + name + "\": " + *complaint);
                }
            }
        });
    };
    recipe.names = exports.texts("names").value_or(std::vector<std::string>());
    check("names", recipe.names, false);
    recipe.start = exports.texts("start").value_or(std::vector<std::string>());
    check("start", recipe.start, true);
}

Recipe read_recipe(const toml::table& table, std::string_view file)
{
    Section root(table, "", file);
    auto app = root.section("app");
    const auto id_text = app.required_text("id");
    const auto id = app.checked("id", [&] { return AppId::require(id_text); });
    const auto base_text = app.required_text("base");
    Recipe recipe{.app = id, .base = app.checked("base", [&] { return BaseId::require(base_text); })};
    read_app(std::move(app), recipe);
    read_source(root.section("source"), recipe);
    read_needs(root.section("needs"), recipe.needs);
    auto exports = root.section("exports");
    recipe.commands = exports.texts("commands");
    recipe.desktop = exports.texts("desktop");
    recipe.second = exports.texts("second").value_or(std::vector<std::string>());
    read_names(exports, recipe);
    exports.refuse_unknown();
    auto test = root.section("test");
    recipe.tests = test.texts("run").value_or(std::vector<std::string>());
    test.refuse_unknown();
    root.refuse_unknown();
    return recipe;
}

/// The text as toml++ 3.3 can bear it, byte for byte in the same place. Control characters have no place in TOML; other
/// characters than ASCII would be allowed in more places than comments, but the parser is undefined on some of them.
std::string plain_text(std::string_view text, std::string_view file)
{
    std::string plain(text);
    std::size_t line = 1;
    std::size_t line_start = 0;
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const auto byte = static_cast<unsigned char>(plain[i]);
        if (byte == '\n') {
            ++line;
            line_start = i + 1;
        }
        const bool is_control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
        if (!is_control && byte < 0x80) {
            continue;
        }
        const auto first = plain.find_first_not_of(" \t", line_start);
        if (is_control || plain[first] != '#') {
            throw Error(Code::usage,
                        fmt::format("{}:{}:{}: expected ASCII text, found {} {:#04x}", file, line, i - line_start + 1,
                                    is_control ? "the control character" : "the byte", byte));
        }
        plain[i] = '?';
    }
    return plain;
}

bool is_unparsable(std::string_view text)
{
    try {
        static_cast<void>(toml::parse(text));
    } catch (const UnparsableToml&) {
        return true;
    } catch (const toml::parse_error&) {
        return false;
    }
    return false;
}

/// The line up to which toml++ has no trouble.
std::size_t unparsable_line(std::string_view text)
{
    std::size_t line = 1;
    for (auto end = text.find('\n'); end != std::string_view::npos && !is_unparsable(text.substr(0, end + 1));
         end = text.find('\n', end + 1)) {
        ++line;
    }
    return line;
}

} // namespace

Recipe parse_recipe(std::string_view text, std::string_view file)
{
    if (text.size() > largest_recipe) {
        throw Error(Code::usage, fmt::format("{}: larger than {} bytes", file, largest_recipe));
    }
    const auto plain = plain_text(text, file);
    try {
        return read_recipe(toml::parse(plain), file);
    } catch (const UnparsableToml&) {
        throw Error(Code::usage, fmt::format("{}:{}:1: expected a key", file, unparsable_line(plain)));
    } catch (const toml::parse_error& error) {
        const auto at = error.source().begin;
        throw Error(Code::usage,
                    fmt::format("{}:{}:{}: {}", file, at.line, at.column, text::escaped(error.description())));
    }
}

std::string with_names(std::string recipe, const std::vector<std::string>& names)
{
    if (names.empty()) {
        return recipe;
    }
    return recipe + "\n[exports]\nnames = [\"" + text::join(names, "\", \"") + "\"]\n";
}

std::string recipe_for_package(const AppId& app, std::string_view package, const BaseId& base)
{
    return fmt::format("[app]\nid = \"{}\"\nbase = \"{}\"\n\n[source]\ntype = \"packages\"\npackages = [\"{}\"]\n",
                       app.text(), base.text(), package);
}

bool is_package_name(std::string_view name)
{
    return text::is_word(name, 128, "+-._@") && text::is_word(name.substr(0, 1), 1);
}

} // namespace qpkg::build
