// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/retry.hpp"

#include <algorithm>

namespace qpkg::fetch {

std::optional<Milliseconds> wait_before_retry(const Stumble& stumble, const RetryLimits& limits)
{
    if (stumble.attempts >= limits.attempts) {
        return std::nullopt;
    }
    const auto growing = limits.first_wait * (1U << std::min(stumble.attempts - 1, 16U));
    const auto wait = std::max(growing, stumble.asked.value_or(Milliseconds{0}));
    const bool asks_too_much = stumble.asked && *stumble.asked > limits.longest_wait;
    if (asks_too_much || wait > limits.all_waits - std::min(stumble.waited, limits.all_waits) || wait >= stumble.left) {
        return std::nullopt;
    }
    return std::min(wait, limits.longest_wait);
}

bool is_transient(long status)
{
    return status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
}

} // namespace qpkg::fetch
