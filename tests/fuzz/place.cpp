// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/place.hpp"

#include "adapters/local/place_record.hpp"
#include "adapters/local/x11_cookies.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace qpkg;

/// What is accepted means the same when it is written again.
template <class Step>
void accept_or_refuse(Step&& step)
{
    try {
        step();
    } catch (const Error& error) {
        if (error.code() == Code::bug) {
            std::abort();
        }
    }
}

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

} // namespace

/// What a host and the place of a local qube say, what is written beside it, and X11 cookies.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto streams = session::parse_streams(bytes)) {
        require(session::encode_streams(*streams) == bytes);
    }
    if (const auto signal = session::parse_signal(bytes)) {
        require(session::parse_signal(session::encode_signal(*signal)) == signal);
    }
    accept_or_refuse([&] {
        const auto list = session::parse_volumes(bytes);
        require(session::parse_volumes(session::encode_volumes(list)) == list);
    });
    accept_or_refuse([&] {
        const auto record = local::parse_place(bytes);
        require(local::parse_place(local::encode_place(record)) == record);
    });
    const auto cookies = local::cookies_for("0", bytes);
    require(cookies.size() <= 2 * size && local::cookies_for("0", cookies) == cookies);
    return 0;
}
