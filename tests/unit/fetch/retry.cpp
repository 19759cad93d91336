// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/retry.hpp"

#include "support/expect.hpp"

using namespace qpkg::fetch;
using namespace std::chrono_literals;

TEST_CASE("waits grow, and end after some attempts")
{
    const RetryLimits limits;

    CHECK(wait_before_retry({.attempts = 1}, limits) == 500ms);
    CHECK(wait_before_retry({.attempts = 2}, limits) == 1000ms);
    CHECK(wait_before_retry({.attempts = 4}, limits) == 4000ms);
    CHECK(wait_before_retry({.attempts = 5}, limits) == std::nullopt);
}

TEST_CASE("a server is waited for as long as it asks, within limits")
{
    const RetryLimits limits;

    CHECK(wait_before_retry({.asked = 7s}, limits) == 7s);
    CHECK(wait_before_retry({.asked = 1ms}, limits) == 500ms);
    CHECK(wait_before_retry({.asked = 60s}, limits) == 60s);
    CHECK(wait_before_retry({.asked = 61s}, limits) == std::nullopt);
    CHECK(wait_before_retry({.asked = 100'000'000s}, limits) == std::nullopt);
}

TEST_CASE("all waits together have an end, and none goes beyond the file's deadline")
{
    const RetryLimits limits;

    CHECK(wait_before_retry({.asked = 30s, .waited = 570s}, limits) == 30s);
    CHECK(wait_before_retry({.asked = 30s, .waited = 571s}, limits) == std::nullopt);
    CHECK(wait_before_retry({.waited = 1h}, limits) == std::nullopt);
    CHECK(wait_before_retry({.left = 499ms}, limits) == std::nullopt);
    CHECK(wait_before_retry({.left = 501ms}, limits) == 500ms);
}

TEST_CASE("busy is not no")
{
    for (const auto status : {408, 429, 502, 503, 504}) {
        CHECK(is_transient(status));
    }
    for (const auto status : {200, 206, 301, 400, 401, 403, 404, 410, 416, 500, 501, 505}) {
        CHECK_FALSE(is_transient(status));
    }
}
