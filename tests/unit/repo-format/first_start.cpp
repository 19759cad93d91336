// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/first_start.hpp"

#include "support/expect.hpp"

using namespace qpkg;

namespace {

const auto app = AppId::require("org.postgresql");
const FirstStart cluster{
    "postgres", {"common", "postgresql"}, {{"/usr/bin/initdb", "-D", "/var/lib/postgresql"}, {"/bin/x", ""}}};
const std::string text = "qpkg-first-start-1 org.postgresql\n"
                         "user postgres\n"
                         "state common\n"
                         "state postgresql\n"
                         "run\n"
                         "word /usr/bin/initdb\n"
                         "word -D\n"
                         "word /var/lib/postgresql\n"
                         "run\n"
                         "word /bin/x\n"
                         "word \n";

} // namespace

TEST_CASE("a first start is read as it was written")
{
    CHECK(encode_first_start(app, cluster) == text);
    CHECK(parse_first_start(text, app) == cluster);
    CHECK(first_start_path(app) == "/usr/share/qpkg/org.postgresql/first-start");
    const FirstStart state_alone{"user", {"hello"}, {}};
    CHECK(parse_first_start(encode_first_start(app, state_alone), app) == state_alone);
}

TEST_CASE("a file of a first start that breaks a rule is refused")
{
    const std::string head = "qpkg-first-start-1 org.postgresql\nuser postgres\n";
    for (const auto& [bytes, what] : std::vector<std::pair<std::string, std::string>>{
             {"", "without an end"},
             {text.substr(0, text.size() - 1), "without an end"},
             {"hello\n", "expected qpkg-first-start-1"},
             {"qpkg-first-start-1 org.other\nuser x\nstate y\n", "is of another app"},
             {head, "says nothing"},
             {head + "state x\nhome y\n", "none of user, state, run and word"},
             {head + "state x\nword y\n", "none of user, state, run and word"},
             {head + "state b\nstate a\n", "the folders do not ascend"},
             {head + "state a\nstate a\n", "the folders do not ascend"},
             {head + "run\nword /bin/true\n", "there is none"},
             {head + "state x\nrun\n", "expected a program with its absolute path"},
             {head + "state x\nrun\nword true\n", "expected a program with its absolute path"},
             {head + "state x\nrun\nword /bin/\x01\n", "printable ASCII"},
             {head + "run\nword /bin/true\nstate x\n", "not in its one spelling"},
             {"qpkg-first-start-1 org.postgresql\nstate x\n", "user: expected an account"},
             {"qpkg-first-start-1 org.postgresql\nuser root\nstate x\n", "user: expected an account"},
         }) {
        CAPTURE(bytes);
        CHECK_FAILS(Code::corrupt, what, parse_first_start(bytes, app));
    }
    CHECK_FAILS(Code::unsupported, "made for another qpkg",
                parse_first_start("qpkg-first-start-2 org.postgresql\n", app));
    CHECK_FAILS(Code::corrupt, "larger than 64 KiB",
                parse_first_start(std::string(largest_first_start + 1, '\n'), app));
}

TEST_CASE("names of state are folders that can be an app's own")
{
    for (const auto* name : {"", ".", "..", ".hidden", "-x", "a/b", "dbus", "systemd", "private", "a b"}) {
        CAPTURE(name);
        CHECK_FAILS(Code::usage, "first_start.state", encode_first_start(app, {"user", {name}, {}}));
    }
}

TEST_CASE("a first start has bounds")
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i <= most_state_folders; ++i) {
        names.push_back("a" + std::to_string(i));
    }
    CHECK_FAILS(Code::usage, "more than 8 folders", encode_first_start(app, {"user", names, {}}));
    const std::vector<std::vector<std::string>> many(most_first_programs + 1, {"/bin/true"});
    CHECK_FAILS(Code::usage, "more than 16 programs", encode_first_start(app, {"user", {"x"}, many}));
    const std::vector<std::string> long_words(most_first_words + 1, "/bin/true");
    CHECK_FAILS(Code::usage, "at most 64 words", encode_first_start(app, {"user", {"x"}, {long_words}}));
    const std::vector<std::string> large(most_first_words, '/' + std::string(longest_first_word - 1, 'x'));
    CHECK_FAILS(Code::usage, "more than 65536 bytes", encode_first_start(app, {"user", {"x"}, {large, large}}));
}
