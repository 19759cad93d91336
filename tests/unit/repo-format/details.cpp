// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/details.hpp"

#include "support/expect.hpp"
#include "support/paths.hpp"

#include "qpkg/core/files.hpp"

using namespace qpkg;

namespace {

/// One row of each kind, those of bases too, and names that are not ASCII.
Details some_details()
{
    return {.packages = {{"by-hand", "1", "all", std::nullopt, "by-hand", "1"},
                         {"hello", "1:2.10-3", "amd64", sha256("hello.deb"), "hello", "1:2.10-3"},
                         {"libhello1", "2.10-3+b1", "amd64", sha256("libhello1.deb"), "hello", "1:2.10-3"}},
            .needs = {{"hello", {{"default-mta"}, {"mail-transport-agent"}}},
                      {"libhello1", {{"libc6", Bound::at_least, "2.36"}}}},
            .breaks = {{"hello", {"base-files", Bound::less, "12~"}}},
            .given = {{"libhello.so.1", ""}, {"libhello.so.1", "HELLO_1.0"}},
            .taken = {{"libc.so.6", ""}, {"libc.so.6", "GLIBC_2.34"}, {"libhello.so.1", ""}},
            .lacked = {{"libjvm.so", ""}},
            .fixes = {{"CVE-2026-1234", "hello"}},
            .shadowed = {{"/etc/greeting", sha256("greeting")}},
            .generated = {{"/usr/share/Főtanúsítvány", sha256("b")}, {"/usr/share/a file 100%", std::nullopt}},
            .provided = {{"mawk", "awk", ""}, {"perl-base", "perl-api", "5.36"}},
            .files = {{"/usr/bin/awk", sha256("awk")}},
            .accounts = {{Details::AccountKind::group, "mail", 8}, {Details::AccountKind::user, "mail", 4294967295}},
            .excluded = {{AppId::require("org.example.hello"), 41, "its window stays empty"}}};
}

std::string table(const std::string& rows) { return "qpkg-details\t1\n" + rows; }

} // namespace

TEST_CASE("details that are written and read again are the same, whatever their order")
{
    auto shuffled = some_details();
    std::swap(shuffled.packages[0], shuffled.packages[1]);
    shuffled.given.push_back(shuffled.given.front());

    CHECK(parse_details(encode_details(some_details())) == some_details());
    CHECK(encode_details(shuffled) == encode_details(some_details()));
    CHECK(parse_details(table("")) == Details{});
}

TEST_CASE("the vector of details has exactly the bytes that its values give")
{
    const auto vector = files::read(testing::source_directory() / "repo-format/vectors/details", largest_details);

    CHECK(encode_details(some_details()) == vector);
    CHECK(parse_details(vector) == some_details());
}

TEST_CASE("details cut at any byte are refused, or are those of the rows that are whole")
{
    const auto whole = encode_details(some_details());

    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto cut = whole.substr(0, length);
        if (cut.ends_with('\n')) {
            CHECK_FALSE(parse_details(cut) == some_details());
        } else {
            CHECK_FAILS(Code::corrupt, "", parse_details(cut));
        }
    }
}

TEST_CASE("details have one spelling")
{
    const auto refused = [](const std::string& rows, const std::string& words) {
        CHECK_FAILS(Code::corrupt, words, parse_details(table(rows)));
    };

    refused("fix\tCVE-2\ta\nfix\tCVE-1\ta\n", "line 3: the rows are not in ascending order");
    refused("fix\tCVE-1\ta\nfix\tCVE-1\ta\n", "line 3: the rows are not in ascending order");
    refused("fix\tCVE-1\ta b\n", "a byte that is not written as %");
    refused("fix\tCVE-1\ta\r\n", "a byte that is not written as %");
    refused("fix\tCVE-1\tf\xc5\x91\n", "a byte that is not written as %");
    refused("fix\tCVE-1\t%2\n", "a byte that is not written as %");
    refused("fix\tCVE-1\t%c5\n", "a byte that is not written as %");
    refused("fix\tCVE-1\t%41\n", "stands for itself");
    refused("\n", "line 2: an empty row");
    refused("fix\tCVE-1\t" + std::string(40'000, 'a') + "\n", "too long");
    refused("fix\tCVE-1\ta", "the last line has no end");
    CHECK_FAILS(Code::corrupt, "line 1: expected qpkg-details", parse_details("qpkg-owners\t1\n"));
    CHECK_FAILS(Code::unsupported, "version 2 is not known", parse_details("qpkg-details\t2\n"));
}

TEST_CASE("a row whose fields are not what its kind has is refused by its line")
{
    const auto digest = sha256("x").hex();
    const auto refused = [](const std::string& row, const std::string& words) {
        CHECK_FAILS(Code::corrupt, words, parse_details(table(row + '\n')));
    };

    refused("package\ta\t1\tamd64\t" + digest + "\ta", "line 2: a row of kind package with 6 fields, expected 7");
    refused("package\ta\t1\tamd64\t" + digest + "\t\t1", "an empty field");
    refused("package\ta\t1\tamd64\t0\ta\t1", "is no object");
    refused("needs\ta", "a row of kind needs with 2 fields");
    refused("needs\ta\tb\tany", "a row of kind needs with 4 fields");
    refused("needs\ta\tb\tany\t1", "a relation without its name or version, or with one too many");
    refused("needs\ta\tb\t>=\t", "a relation without its name or version");
    refused("needs\ta\t\tany\t", "a relation without its name or version");
    refused("needs\ta\tb\t=>\t1", "\"=>\" is no bound");
    refused("breaks\ta\tb\tany", "expected 5");
    refused("fix\tCVE-1\t", "an empty field");
    refused("gives\t\t", "an empty field");
    refused("takes\tliba.so", "expected 3");
    refused("shadows\tusr/bin/a\t" + digest, "is no absolute path");
    refused("shadows\t/usr/bin/a\t", "a path that shadows nothing");
    refused("generated\t/usr/bin/a\tsha256:" + digest, "is no object");
    refused("lacks\t\tV_1", "an empty field");
    refused("provides\tmawk\t\t1", "an empty field");
    refused("file\t/usr/bin/a\t", "a file without its object");
    refused("account\trole\tmail\t8", "\"role\" is no kind of account");
    for (const auto* number : {"-1", "08", "4294967296", "8x", "99999999999999999999"}) {
        refused("account\tuser\tmail\t" + std::string(number), "is no number up to 4294967295");
    }
    refused("excludes\thello\t1\twhy", "\"hello\" is not a valid app id");
    refused("excludes\torg.example.hello\t9007199254740992\twhy", "is no number up to 9007199254740991");
    refused("excludes\torg.example.hello\t1\t", "an empty field");
}

TEST_CASE("a path that leads out of the tree, or has two spellings, is in no details")
{
    const auto digest = sha256("x").hex();
    for (const auto* path :
         {"/..", "/../etc/shadow", "/usr/../../etc/shadow", "/usr/./bin", "//usr", "/usr/", "/", "usr"}) {
        for (const auto* kind : {"file", "generated", "shadows"}) {
            CHECK_FAILS(Code::corrupt, "is no absolute path",
                        parse_details(table(std::string(kind) + '\t' + path + '\t' + digest + '\n')));
        }
    }
    CHECK(parse_details(table("file\t/usr/..bin/.a\t" + digest + '\n')).files.size() == 1);
}

TEST_CASE("rows of a kind that is not known are passed by, and have one spelling all the same")
{
    CHECK(parse_details(table("fix\tCVE-1\ta\nof-tomorrow\t1\n")) == Details{.fixes = {{"CVE-1", "a"}}});
    CHECK_FAILS(Code::corrupt, "not written as %", parse_details(table("of-tomorrow\t1 2\n")));
}

TEST_CASE("details over 16 MiB are neither written nor read")
{
    Details details;
    for (int i = 0; i < 200'000; ++i) {
        details.generated.push_back({"/usr/share/" + std::string(80, 'a') + std::to_string(i), std::nullopt});
    }

    CHECK_FAILS(Code::no_space, "allowed are 16777216", encode_details(details));
    CHECK_FAILS(Code::no_space, "allowed are 16777216", parse_details(std::string(largest_details + 1, 'a')));
}

TEST_CASE("fifteen hundred packages with what they need, give and take fit many times over")
{
    Details details;
    for (int i = 0; i < 1500; ++i) {
        const auto name = "libpackage" + std::to_string(i);
        details.packages.push_back({name, "1:2.3-4+deb12u1", "amd64", sha256(name), name, "1:2.3-4+deb12u1"});
        details.needs.push_back({name, {{"libc6", Bound::at_least, "2.36"}}});
        for (int j = 0; j < 5; ++j) {
            details.given.push_back({name + ".so." + std::to_string(j), "VERSION_1"});
            details.generated.push_back({"/usr/lib/x86_64-linux-gnu/" + name + std::to_string(j), std::nullopt});
        }
    }

    const auto bytes = encode_details(details);

    CHECK(bytes.size() < largest_details / 8);
    CHECK(parse_details(bytes).packages.size() == 1500);
}

TEST_CASE("details lie under the hash of their bytes, compressed in repositories and raw in bundles")
{
    const PinnedFile file{sha256("raw"), 1, sha256("packed"), 1};

    CHECK(packed_details_path(file) == "details/" + sha256("packed").hex() + ".zst");
    CHECK(raw_details_path(file) == "details/" + sha256("raw").hex());
}
