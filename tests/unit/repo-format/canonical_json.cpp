// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/canonical_json.hpp"

#include "support/expect.hpp"
#include "support/paths.hpp"

#include "qpkg/core/files.hpp"

#include <filesystem>

using namespace qpkg;

namespace {

canonical::Value parse(std::string_view bytes) { return canonical::parse(bytes, 64 * 1024); }

std::string nested(std::size_t depth)
{
    std::string text = "1";
    for (std::size_t i = 0; i < depth; ++i) {
        text = "[" + text + "]";
    }
    return text;
}

} // namespace

TEST_CASE("what is read and written again has the same bytes")
{
    for (const auto* text : {R"({})", R"([])", R"({"a":1,"b":[true,false,"x y"],"c":{"d":0}})", "9007199254740991",
                             R"(["~ !#$%&'()*+,-./:;<=>?@[]^_`{|}"])"}) {
        CHECK(canonical::encode(parse(text)) == text);
    }
}

TEST_CASE("the vectors of the canonical profile are accepted or refused as their folder says")
{
    const std::filesystem::path vectors = testing::source_directory() / "repo-format/vectors/canonical-json";
    std::size_t good = 0;
    std::size_t bad = 0;

    for (const auto& entry : std::filesystem::directory_iterator(vectors / "accept")) {
        const auto bytes = files::read(entry.path(), 1 << 20);
        CHECK_MESSAGE(canonical::encode(parse(bytes)) == bytes, entry.path().string());
        ++good;
    }
    for (const auto& entry : std::filesystem::directory_iterator(vectors / "refuse")) {
        const auto failure = testing::failure_of([&] { parse(files::read(entry.path(), 1 << 20)); });
        REQUIRE_MESSAGE(failure.has_value(), entry.path().string());
        CHECK_MESSAGE(failure->code == Code::corrupt, entry.path().string());
        ++bad;
    }

    CHECK(good >= 5);
    CHECK(bad >= 25);
}

TEST_CASE("bad input 4: blanks and a byte order mark are not canonical")
{
    for (const auto* text :
         {" {}", "{} ", "{}\n", "{ }", "{\"a\": 1}", "{\"a\":1 ,\"b\":2}", "\xef\xbb\xbf{}", "\t1"}) {
        CHECK_FAILS(Code::corrupt, "not canonical", parse(text));
    }
}

TEST_CASE("bad input 5: a member that is there twice is refused")
{
    CHECK_FAILS(Code::corrupt, "\"version\" is there twice", parse(R"({"version":99,"version":1})"));
}

TEST_CASE("bad input 6: members out of order are refused")
{
    CHECK_FAILS(Code::corrupt, "ascending", parse(R"({"b":1,"a":2})"));
    CHECK_FAILS(Code::corrupt, "ascending", parse(R"({"a":1,"B":2})"));
}

TEST_CASE("bad input 7: escapes, control bytes and NUL inside a string are refused")
{
    using namespace std::string_view_literals;
    for (const auto text : {R"("\u0041")"sv, R"("a\/b")"sv, "\"a\x1b\""sv, "\"a\nb\""sv, "\"a\0b\""sv, "\"\x7f\""sv}) {
        CHECK_FAILS(Code::corrupt, "printable ASCII", parse(text));
    }
}

TEST_CASE("bad input 8: anything but ASCII is refused")
{
    for (const auto* text : {"\"\xc3\xa4\"", "\"\xff\"", "\"\x80\""}) {
        CHECK_FAILS(Code::corrupt, "printable ASCII", parse(text));
    }
}

TEST_CASE("bad input 9: numbers outside the profile and null are refused")
{
    for (const auto* text : {"1.0", "1e3", "1E3", "-1", "-0", "01", "00", "9007199254740992", "18446744073709551616",
                             "99999999999999999999999999", "null", "NaN", "Infinity", "+1", "0x1", ".5", ""}) {
        CHECK_FAILS(Code::corrupt, "not canonical", parse(text));
    }
}

TEST_CASE("values nest eight deep and no deeper")
{
    CHECK_NOTHROW(parse(nested(8)));
    CHECK_FAILS(Code::corrupt, "deeper", parse(nested(9)));
    CHECK_FAILS(Code::corrupt, "deeper", parse(nested(7000)));
    CHECK_FAILS(Code::corrupt, "deeper", parse(std::string(60000, '[')));
}

TEST_CASE("bad input 1: a document cut at any byte is refused")
{
    const std::string whole = R"({"a":[1,true,"text"],"b":{"c":false}})";

    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK_FAILS(Code::corrupt, "not canonical", parse(whole.substr(0, length)));
    }
}

TEST_CASE("more bytes than allowed are refused before they are read")
{
    CHECK_FAILS(Code::no_space, "allowed are 4", canonical::parse("[1,2]", 4));
}

TEST_CASE("text that signed metadata cannot hold is refused when written, and can be replaced")
{
    CHECK_FAILS(Code::usage, "cannot be written", canonical::encode("say \"hi\""));
    CHECK_FAILS(Code::usage, "cannot be written", canonical::encode(std::uint64_t{1} << 53));
    CHECK(canonical::to_text("say \"hi\" \\ \xc3\xa4\n") == "say 'hi' / ???");
}

TEST_CASE("a summary, and nothing else, holds the letters of all languages")
{
    for (const auto* text :
         {R"({"summary":"Übersetzer für Médiathèques"})", R"([{"a":1,"summary":"漢字 ≥ 🙂"}])"}) {
        CHECK(canonical::encode(parse(text)) == text);
    }
    for (const auto* text : {R"({"summarx":"Ü"})", R"({"summary":["Ü"]})", R"({"Ü":"x"})", R"("Ü")"}) {
        CHECK_FAILS(Code::corrupt, "not canonical", parse(text));
    }
    CHECK_FAILS(Code::usage, "printable ASCII", canonical::encode(canonical::Object{{"version", "1.0ü"}}));
}

TEST_CASE("a summary holds nothing that steers a terminal or turns the direction of writing, and is UTF-8")
{
    using namespace std::string_literals;
    for (const auto& words :
         {"a\x1b[2J"s, "a\u009b"s, "a\u202eb"s, "\ufeff"s, "a\xff"s, "\xc0\x80"s, "a\\u00fc"s, "a\xc3"s}) {
        CHECK_FAILS(Code::corrupt, "not canonical", parse("{\"summary\":\"" + words + "\"}"));
        CHECK_FAILS(Code::usage, "summary", canonical::encode(canonical::Object{{"summary", words}}));
    }
}

TEST_CASE(
    "a foreign text becomes a summary: letters stay, what may not be there is replaced, whole letters to the limit")
{
    CHECK(canonical::to_words("Übersetzer \"für\" a\\b\x1b[2J\xff", 400) == "Übersetzer 'für' a/b?[2J?");
    CHECK(canonical::to_words("ab\u202e", 400) == "ab?");
    CHECK(canonical::to_words("abü", 3) == "ab");
    CHECK(canonical::to_words("abü", 4) == "abü");
}
