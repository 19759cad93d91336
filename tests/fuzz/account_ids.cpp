// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/account_ids.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// A file of numbers has one spelling, and no number in it is of another range.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg::agent;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const auto ids = parse_account_ids(bytes);
        if (encode_account_ids(ids) != bytes || (!ids.all().empty() && (ids.all().begin()->first < lowest_kept_id ||
                                                                        ids.all().rbegin()->first > highest_kept_id))) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
