// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sources.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

/// Whatever is said, what is found has a slot's name.
void check(const qpkg::agent::Notices& notices)
{
    for (const auto& notice : notices.found) {
        if (!qpkg::agent::is_slot_name(notice.slot)) {
            std::abort();
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(qpkg::agent::parse_qubesdb(text));
    check(qpkg::agent::parse_config_disk(text));
    check(qpkg::agent::parse_kernel_line(text).value_or(qpkg::agent::Notices{}));
    return 0;
}
