// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/x11_cookies.hpp"

#include "support/expect.hpp"

#include <string>

using namespace qpkg::local;
using namespace std::string_literals;

namespace {

std::string text(const std::string& bytes)
{
    return std::string{static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size() & 0xff)} + bytes;
}

std::string entry(const std::string& address, const std::string& number, const std::string& data)
{
    return "\1\0"s + text(address) + text(number) + text("MIT-MAGIC-COOKIE-1") + text(data);
}

std::string wild(const std::string& number, const std::string& data)
{
    return "\xff\xff\0\0"s + text(number) + text("MIT-MAGIC-COOKIE-1") + text(data);
}

} // namespace

TEST_CASE("cookies of a display hold on a machine of any name, those of others stay away")
{
    const auto file = entry("host", "0", "zero") + entry("host", "10", "ten") + entry("other", "", "all");

    CHECK(cookies_for("10", file) == wild("10", "ten") + wild("", "all"));
    CHECK(cookies_for("1", file) == wild("", "all"));
    CHECK(cookies_for("0", "") == "");
}

TEST_CASE("a cookie file that is cut counts as far as it is whole")
{
    const auto first = entry("host", "0", "zero");
    const auto file = first + entry("host", "0", "more");
    for (std::size_t length = first.size(); length < file.size(); ++length) {
        REQUIRE(cookies_for("0", file.substr(0, length)) == wild("0", "zero"));
    }
}
