// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/toml_section.hpp"

#include "support/expect.hpp"

using namespace qpkg;

namespace {

/// Reads `text` with `read`, which asks for what it knows.
template <class Read>
void read_as(const std::string& text, Read&& read, TomlTexts texts = TomlTexts::any)
{
    const auto table = parse_toml(text, "f", texts);
    TomlSection whole(table, "", "f", texts);
    read(whole);
    whole.refuse_unknown();
}

} // namespace

TEST_CASE("numbers have limits, and are numbers")
{
    const auto read = [](TomlSection& whole) { whole.number("n", 2, 5); };

    CHECK_NOTHROW(read_as("n = 2", read));
    CHECK_NOTHROW(read_as("", read));
    for (const auto* text : {"n = 1", "n = 6", "n = -3", "n = 3.0", "n = '3'", "n = [3]"}) {
        CHECK_FAILS(Code::usage, "f:1:5: n: expected a number from 2 to 5", read_as(text, read));
    }
    CHECK_FAILS(Code::usage, "f:1:1: n: expected a number from 2 to 5, found nothing",
                read_as("", [](TomlSection& whole) { whole.required_number("n", 2, 5); }));
}

TEST_CASE("each table of a list is read, and unknown keys in one are told with its name")
{
    std::vector<std::string> names;
    const auto read = [&](TomlSection& whole) {
        for (auto& role : whole.sections("role")) {
            names.push_back(role.required_text("name"));
            role.refuse_unknown();
        }
    };

    read_as("[[role]]\nname = 'a'\n[[role]]\nname = 'b'\n", read);
    CHECK(names == std::vector<std::string>{"a", "b"});
    CHECK_FAILS(Code::usage, "f:3:6: role.nmae: unknown key, expected name",
                read_as("[[role]]\nname = 'a'\nnmae='c'\n", read));
    CHECK_FAILS(Code::usage, "role: expected [[role]]", read_as("role = 5", read));
    CHECK_FAILS(Code::usage, "role: expected [[role]]", read_as("", read));
}

TEST_CASE("who sets up this machine may write in any language, others a line of ASCII")
{
    const std::string text = "name = \"gr\xc3\xbc\xc3\x9f\"";
    std::string name;
    const auto read = [&](TomlSection& whole) { name = whole.required_text("name"); };

    read_as(text, read);
    CHECK(name == "gr\xc3\xbc\xc3\x9f");
    CHECK_FAILS(Code::usage, "expected ASCII text", read_as(text, read, TomlTexts::lines));
    CHECK_FAILS(Code::usage, "without the character 0", read_as("name = \"a\\u0000b\"", read));
}

TEST_CASE("paths begin at the top, and a list that must not be empty is not")
{
    CHECK_FAILS(Code::usage, "f:1:5: p: expected the path of a file",
                read_as("p = 'boot'", [](TomlSection& whole) { whole.path("p"); }));
    for (const auto* text : {"", "l = []"}) {
        CHECK_FAILS(Code::usage, "l: expected a list of texts, found nothing",
                    read_as(text, [](TomlSection& whole) { whole.required_texts("l"); }));
    }
}
