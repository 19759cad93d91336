// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/command_line.hpp"

#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "cli/place.hpp"
#include "support/expect.hpp"

using namespace qpkg;
using cli::between;
using cli::known;
using cli::Names;
using cli::required;
using cli::Section;
using cli::Wish;
using Words = std::vector<std::string>;

namespace {

struct Fields {
    bool loud = false;
    std::string app;
    Words qubes;
    std::optional<std::uint64_t> generation;
    std::chrono::seconds patience{1};
    std::string layout;
    std::filesystem::path here;
    std::filesystem::path there;
};

cli::Program a_program(Fields& fields)
{
    const cli::Reads nothing{[] {}};
    return {{{"-h,--help", Wish::help, "help"},
             {"--version", Wish::version, "version"},
             {"-l,--loud", &fields.loud, "be loud"}},
            {{"put",
              Section::apps,
              {{"APP", &fields.app, "the app", required(Names::apps)},
               {"--into QUBE", &fields.qubes, "a qube", known(Names::qubes)},
               {"--to N", &fields.generation, "a generation"},
               {"--wait SECONDS", &fields.patience, "how long (1)", between(1, 60)},
               {"--layout one|all", &fields.layout, "how", {.one_of = {"one", "all"}}},
               {"--here DIR", &fields.here, "here"},
               {"--there DIR", &fields.there, "there", {.excludes = "--here"}}},
              nothing,
              "place"},
             {"site add",
              Section::sources,
              {{"--key KEY", &fields.qubes, "a key", cli::each_one_word()}, {"NAME", &fields.app, "its name"}},
              nothing},
             {"site list", Section::sources, {}, nothing, "ls"}}};
}

cli::Asked read(Fields& fields, Words words, std::string* found = nullptr)
{
    return cli::read_command_line(a_program(fields), std::move(words), [&](const cli::Command& command) {
        if (found != nullptr) {
            *found = cli::schema_name(command);
        }
    });
}

/// What is wrong with the words, and the hint.
std::pair<std::string, std::string> refusal(Words words)
{
    Fields fields;
    try {
        read(fields, std::move(words));
    } catch (const Error& error) {
        CHECK(error.code() == Code::usage);
        return {error.what(), error.hint()};
    }
    return {};
}

Words offered(Words words)
{
    Fields fields;
    return cli::completions(a_program(fields), words, [](Names kind) -> Words {
        return kind == Names::apps ? Words{"git", "gimp"} : kind == Names::qubes ? Words{"work"} : Words{};
    });
}

} // namespace

TEST_CASE("words fill the fields of the command's rows and of those of every command")
{
    Fields fields;

    const auto asked = read(fields, {"put", "git", "--into", "work", "vault", "--to=7", "--wait", "60", "--layout",
                                     "all", "--here", "/a", "-l"});

    CHECK(asked.wish == Wish::run);
    CHECK(asked.name == "put");
    CHECK(fields.app == "git");
    CHECK(fields.qubes == Words{"work", "vault"});
    CHECK(fields.generation == 7);
    CHECK(fields.patience == std::chrono::seconds(60));
    CHECK(fields.layout == "all");
    CHECK(fields.here == "/a");
    CHECK(fields.loud);
}

TEST_CASE("what is not said stays as it was")
{
    Fields fields;
    fields.layout = "one";

    read(fields, {"place", "git"});

    CHECK(fields.layout == "one");
    CHECK(!fields.generation);
    CHECK(!fields.loud);
}

TEST_CASE("an option of one word each time leaves the next word to the arguments")
{
    Fields fields;

    CHECK(read(fields, {"site", "add", "--key", "a", "demo", "--key", "b"}).name == "site add");

    CHECK(fields.qubes == Words{"a", "b"});
    CHECK(fields.app == "demo");
}

TEST_CASE("a wrong line is a usage error that names the whole command")
{
    CHECK(refusal({"put"}) == std::pair<std::string, std::string>{"APP is required", "see `qpkg put --help`"});
    CHECK(refusal({"site", "list", "--no"}).second == "see `qpkg site list --help`");
    CHECK(refusal({"put", "git", "--layout", "some"}).first == "--layout: some not in {one,all}");
    CHECK(refusal({"put", "git", "--wait", "61"}).first.starts_with("--wait: Value 61 not in range ")); // CLI11's words
    CHECK(refusal({"put", "git", "--here", "a", "--there", "b"}).first.find("excludes") != std::string::npos);
    CHECK(refusal({"put", "git", "--into"}).first == "--into: 1 required QUBE missing");
    CHECK(refusal({}).first == "A subcommand is required");
}

TEST_CASE("a number is all digits, and none is turned into another")
{
    for (const auto* word : {"x", "7x", "-1", "18446744073709551616", "0x10"}) {
        CHECK_MESSAGE(refusal({"put", "git", std::string("--to=") + word}).first.starts_with("Could not convert: --to"),
                      word);
    }
    Fields fields;
    read(fields, {"put", "git", "--to", "010"});
    CHECK(fields.generation == 10);
}

TEST_CASE("a mistyped command is answered with those that are near at its place")
{
    CHECK(refusal({"pit", "git"}) ==
          std::pair<std::string, std::string>{"unknown command \"pit\"", "did you mean `qpkg put`?"});
    CHECK(refusal({"site", "ad"}).second == "did you mean `qpkg site add`?");
    CHECK(refusal({"site", "xxxxxx"}).second == "see `qpkg site --help`");
}

TEST_CASE("a word that is no command stops before any command behind it")
{
    Fields fields;
    const auto program = a_program(fields);
    const auto refuse = [&](const Words& words) { cli::refuse_misplaced_words(program, words, {}); };

    for (const Words& words :
         {Words{"nonsense", "put", "git"}, Words{"-l", "nonsense", "put"}, Words{"nonsense", "--help"},
          Words{"site", "nonsense", "add"}, Words{"nonsense", "site", "add"}}) {
        CHECK_FAILS(Code::usage, "unknown command", refuse(words));
    }
    for (const Words& words :
         {Words{}, Words{"-l"}, Words{"put", "nonsense", "put"}, Words{"put", "site"}, Words{"--help"},
          Words{"place", "git"}, Words{"site", "ls"}, Words{"put", "--into", "nonsense", "git"}}) {
        CHECK_NOTHROW(refuse(words));
    }
}

TEST_CASE("a program that stands before the dashes is shown behind them, as a shell reads it again")
{
    std::string qube;
    const cli::Program program{
        {{"--root DIR", &qube, "root"}},
        {{"start", Section::running, {{"QUBE", &qube, "the qube"}}, cli::Reads{[] {}}, {}, true}}};
    const auto hint = [&](const Words& words, const Words& behind) {
        const auto failure = testing::failure_of([&] { cli::refuse_misplaced_words(program, words, behind); });
        return failure ? failure->hint : "";
    };

    CHECK(hint({"--root", "x", "start", "work", "git", "--version"}, {}) ==
          "say it so: qpkg --root x start work -- git --version");
    CHECK(hint({"start", "work", "echo", "it's", ""}, {"a b"}) ==
          "say it so: qpkg start work -- echo 'it'\\''s' '' -- 'a b'");
    CHECK(hint({"start", "work", "--root", "x"}, {"git"}).empty());
}

TEST_CASE("the command is known before what follows is found wrong")
{
    Fields fields;
    std::string found;

    CHECK_THROWS_AS(read(fields, {"site", "add", "--no"}, &found), Error);

    CHECK(found == "site-add");
}

TEST_CASE("help and version are asked for, whatever else is missing")
{
    Fields fields;

    for (const auto& [words, name] :
         std::vector<std::pair<Words, std::string>>{{{"--help"}, ""},
                                                    {{"put", "-h"}, "put"},
                                                    {{"site", "--help"}, "site"},
                                                    {{"site", "ls", "--help"}, "site list"}}) {
        const auto asked = read(fields, words);
        CHECK(asked.wish == Wish::help);
        CHECK(asked.name == name);
    }
    CHECK(read(fields, {"--version"}).wish == Wish::version);
}

TEST_CASE("what shells offer comes from the rows")
{
    CHECK(offered({""}) == Words{"put", "site"});
    CHECK(offered({"site", ""}) == Words{"add", "list"});
    CHECK(offered({"site", "ls", "--"}) == Words{"--help", "--loud", "--version"});
    CHECK(offered({"place", "g"}) == Words{"gimp", "git"});
    CHECK(offered({"put", "git", "--into", ""}) == Words{"work"});
    CHECK(offered({"put", "git", "--loud", ""}) == Words{"gimp", "git"});
    CHECK(offered({"put", "--here", ""}).empty());
    CHECK(offered({"put", "--", ""}).empty());
}

TEST_CASE("help tells every option, its limits, and where the options of a group belong")
{
    Fields fields;
    const auto program = a_program(fields);

    CHECK(cli::plain_help(program, "put").find("--wait SECONDS    how long (1), 1 to 60\n") != std::string::npos);
    CHECK(cli::plain_help(program, "site").find("  add --key KEY  a key\n") != std::string::npos);
    CHECK(cli::man_page(program, "site").find("add \\-\\-key KEY") != std::string::npos);
}

TEST_CASE("the program's own help lists every command in its section")
{
    cli::Context context{cli::Options{}};
    const auto program = cli::make_program(context);
    const auto help = cli::plain_help(program, "");

    CHECK(help.find("{commands}") == std::string::npos);
    CHECK(help.find("Qubes       qube create|set|start|stop|list|remove, rebase\n") != std::string::npos);
    for (const auto& word : cli::words_behind(program, "")) {
        CHECK_MESSAGE(help.find(word) != std::string::npos, word);
        CHECK_MESSAGE(!cli::help_text(word).empty(), word);
    }
}

TEST_CASE("the rows of the program itself are understood")
{
    cli::Context context{cli::Options{}};

    const auto asked = cli::read_command_line(cli::make_program(context), {"--version"}, [](const cli::Command&) {});

    CHECK(asked.wish == Wish::version);
}
