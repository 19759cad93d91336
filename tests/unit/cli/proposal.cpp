// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/proposal.hpp"

#include "cli/context.hpp"
#include "support/expect.hpp"

#include <algorithm>
#include <initializer_list>
#include <iostream>
#include <sstream>

using namespace qpkg;
using cli::Consent;
using cli::Context;
using cli::Document;
using cli::Proposal;

namespace {

/// What the program prints, for as long as this lives.
class Printed {
public:
    Printed() : before_(std::cout.rdbuf(text_.rdbuf())) {}
    Printed(const Printed&) = delete;
    Printed& operator=(const Printed&) = delete;
    ~Printed() { std::cout.rdbuf(before_); }

    std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    std::streambuf* before_;
};

enum class Flag { yes, dry_run, unchanged_exit_77 };

cli::Options options_with(std::initializer_list<Flag> flags)
{
    const auto has = [&](Flag flag) { return std::ranges::find(flags, flag) != flags.end(); };
    cli::Options options;
    options.yes = has(Flag::yes);
    options.dry_run = has(Flag::dry_run);
    options.unchanged_exit_77 = has(Flag::unchanged_exit_77);
    options.root = "/nonexistent/state";
    return options;
}

struct Told {
    bool is_done = false;
    std::string text;
};

/// What becomes of a proposal.
Told settled(std::initializer_list<Flag> flags, Consent consent)
{
    Context context{options_with(flags)};
    context.command = "tidy";
    Told told;
    const Printed printed;
    context.settle({[] { return Document("tidy").field("things", 3U, "Things"); }, [&] { told.is_done = true; },
                    consent, "Really?"});
    told.text = printed.text();
    return told;
}

} // namespace

TEST_CASE("a dry run shows the plan and does nothing, whatever consent the command needs")
{
    for (const auto consent : {Consent::asked, Consent::given, Consent::implied}) {
        const auto told = settled({Flag::yes, Flag::dry_run}, consent);

        CHECK(!told.is_done);
        CHECK(told.text.find("Things") != std::string::npos);
        CHECK(told.text.ends_with("Dry run: nothing was changed.\n"));
    }
}

TEST_CASE("--yes is the answer to the question, and the plan is shown before it")
{
    const auto told = settled({Flag::yes}, Consent::asked);

    CHECK(told.is_done);
    CHECK(told.text.find("Things") != std::string::npos);
}

TEST_CASE("what needs no consent is done without a word before it")
{
    const auto told = settled({}, Consent::implied);

    CHECK(told.is_done);
    CHECK(told.text.empty());
}

TEST_CASE("where nothing is to be done a dry run says the same as a real one")
{
    for (const auto also : {Flag::dry_run, Flag::yes}) {
        Context context{options_with({Flag::unchanged_exit_77, also})};
        const Printed printed;

        context.settle(cli::nothing_to_do(Document("tidy").done("Done: all is tidy.")));

        CHECK(printed.text() == "Done: all is tidy.\n");
        CHECK(context.exit_code == 77);
    }
}

TEST_CASE("nobody becomes a writer in a dry run")
{
    Context context{options_with({Flag::dry_run})};
    context.typed = "qpkg tidy -n";

    CHECK_FAILS(Code::bug, "in a dry run", context.make_state_directory());
    CHECK_FAILS(Code::bug, "in a dry run", context.lock());
    CHECK_FAILS(Code::bug, "in a dry run", context.try_lock());
    CHECK_FAILS(Code::bug, "in a dry run", context.try_fetch_lock());
    CHECK(!context.fetch_lock());
    context.finish_interrupted();
}
