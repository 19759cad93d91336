// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/account_ids.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const Accounts base{"root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\n"};
const std::string first = "qpkg-accounts-1\n";

} // namespace

TEST_CASE("the numbers of accounts are read as they were written")
{
    const auto text = first + "58000 org.example.hello hello\n59999 org.example.other hello\n";

    const auto ids = parse_account_ids(text);

    CHECK(ids.of(AppId::require("org.example.hello"), "hello") == 58000);
    CHECK(ids.of(AppId::require("org.example.other"), "hello") == 59999);
    CHECK(ids.of(AppId::require("org.example.other"), "other") == std::nullopt);
    CHECK(encode_account_ids(ids) == text);
    CHECK(encode_account_ids(AccountIds()) == first);
    CHECK(parse_account_ids(first) == AccountIds());
}

TEST_CASE("a file of numbers that is not whole or not well formed is refused")
{
    const auto row = std::string("58000 org.example.hello hello\n");
    for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
             {"", "line 1: does not end"},
             {"qpkg-accounts-1", "line 1: does not end"},
             {"qpkg-accounts-2\n", "line 1: expected qpkg-accounts-1"},
             {first + "58000 org.example.hello hel", "line 2: does not end"},
             {first + "58000 org.example.hello\n", "line 2: expected a number, an app and an account"},
             {first + "\n", "line 2: expected a number, an app and an account"},
             {first + "57999 org.example.hello hello\n", "line 2: expected a number from 58000 to 59999"},
             {first + "60000 org.example.hello hello\n", "line 2: expected a number from 58000 to 59999"},
             {first + "058000 org.example.hello hello\n", "line 2: expected a number from 58000 to 59999"},
             {first + "58000 Hello hello\n", "line 2: expected an app id"},
             {first + "58000 org.example.hello 0\n", "line 2: expected the name of an account"},
             {first + "58000 org.example.hello hello \n", "line 2: expected the name of an account"},
             {first + row + "58000 org.example.hello other\n", "line 3: the numbers do not ascend"},
             {first + row + "58001 org.example.hello hello\n", "line 3: the account has a number already"},
         }) {
        CAPTURE(text);
        CHECK_FAILS(Code::corrupt, what, parse_account_ids(text));
    }
    CHECK_FAILS(Code::corrupt, "larger than 1 MiB", parse_account_ids(std::string(largest_account_ids + 1, '\n')));
}

TEST_CASE("when the range is used up nobody gets a number twice")
{
    AccountIds ids;
    for (unsigned i = 0; i <= highest_kept_id - lowest_kept_id; ++i) {
        const auto app = AppId::require("org.example.a" + std::to_string(i / most_kept_accounts));
        CHECK(ids.deal(app, "a" + std::to_string(i % most_kept_accounts), base) == lowest_kept_id + i);
    }
    CHECK_FAILS(Code::conflict, "no number from 58000 to 59999 is left for one of org.example.last",
                ids.deal(AppId::require("org.example.last"), "one", base));
    CHECK(parse_account_ids(encode_account_ids(ids)) == ids);
}
