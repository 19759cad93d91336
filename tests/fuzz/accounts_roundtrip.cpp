// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sysusers.hpp"
#include "build/accounts.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

/// What a package leaves in passwd and group goes through the build's sysusers lines into the agent's tables of a view:
/// the agent takes every line that the build makes, nobody but root comes out with the number 0, and no row of the base
/// changes but for members.
namespace {

using namespace qpkg;

const std::string passwd = "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n";
const std::string group = "root:x:0:\nuser:x:1000:\n";

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void check_table(const std::string& table, std::size_t fields_of_row)
{
    for (const auto& row : text::split(table, '\n')) {
        const auto fields = text::split(row, ':');
        if (row.empty()) {
            continue;
        }
        require(fields.size() == fields_of_row);
        require(std::ranges::none_of(row, [](char c) { return c == '\r' || c == '\0' || c == '\x1b'; }));
        require(fields[0] == "root" || fields[2] != "0");
        require(fields[0] == "root" || fields_of_row != 7 || fields[3] != "0");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string all(reinterpret_cast<const char*>(data), size);
    const auto cut = std::min(all.find('\1'), all.size());
    const auto added = build::sysusers_for({passwd, group},
                                           {passwd + all.substr(0, cut), group + all.substr(std::min(cut + 1, size))});

    const agent::Accounts base{passwd, group};
    const auto app = AppId::require("org.example.hello");
    agent::Accounts made;
    try {
        made = agent::with_accounts(base, app, {base, {}}, added.sysusers).tables;
    } catch (const Error& error) {
        require(error.code() == Code::no_space); // so many accounts no app has
        return 0;
    }

    require(made.passwd.starts_with(passwd));
    require(made.group.starts_with("root:x:0:\nuser:x:1000:"));
    check_table(made.passwd, 7);
    check_table(made.group, 4);
    return 0;
}
