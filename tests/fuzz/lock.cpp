// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/lock.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// What is read as a lock is written with the same bytes: a lock has one spelling.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = qpkg::as_text({data, size});
    try {
        if (qpkg::build::encode_lock(qpkg::build::parse_lock(text, "module.lock")) != text) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
