// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/opened_target.hpp"

#include "agent/plain_text.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// A file is an absolute path that holds no zero byte which the argument did not hold; the beginning of a text is one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg::agent;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (is_plain_text(bytes) && !is_plain_text(bytes.substr(0, size / 2))) {
        std::abort();
    }
    try {
        const auto target = parse_opened_target(bytes, "/home");
        const bool has_zero = bytes.find('\0') != std::string_view::npos;
        if (!target.type() &&
            (!target.text.starts_with('/') || (!has_zero && target.text.find('\0') != std::string::npos))) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
