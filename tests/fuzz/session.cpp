// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/session.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Frames hold no more than was sent; an order that is accepted means the same when it is written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    session::FrameReader reader;
    reader.add(bytes);
    std::size_t sum = 0;
    while (const auto frame = reader.next()) {
        sum += frame->payload.size() + 3;
        session::parse_status(frame->payload);
        session::parse_size(frame->payload);
    }
    if (sum > size) {
        std::abort();
    }
    try {
        const auto order = session::parse_order(bytes);
        if (session::parse_order(session::encode_order(order)) != order) {
            std::abort();
        }
    } catch (const Error& error) {
        if (error.code() == Code::bug) {
            std::abort();
        }
    }
    return 0;
}
