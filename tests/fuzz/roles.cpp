// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/roles.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

template <class Role>
void check(std::string_view bytes, Role (*parse)(std::string_view))
{
    try {
        const auto role = parse(bytes);
        if (!(parse(qpkg::tuf::encode(role)) == role)) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return;
    }
}

} // namespace

/// Whatever the bytes are offered as: an Error, or a role that is the same after it was written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = qpkg::as_text({data, size});
    check(bytes, qpkg::tuf::parse_root);
    check(bytes, qpkg::tuf::parse_timestamp);
    check(bytes, qpkg::tuf::parse_snapshot);
    check(bytes, qpkg::tuf::parse_targets);
    check(bytes, qpkg::tuf::read_targets);
    return 0;
}
