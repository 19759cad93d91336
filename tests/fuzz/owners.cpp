// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/owners.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

namespace {

using Rows = std::pair<std::vector<qpkg::Owner>, std::vector<qpkg::Licence>>;

Rows rows_of(std::string_view bytes)
{
    Rows rows;
    qpkg::read_owners(bytes, {.owner = [&](const qpkg::Owner& owner) { rows.first.push_back(owner); },
                              .licence = [&](const qpkg::Licence& licence) { rows.second.push_back(licence); }});
    return rows;
}

} // namespace

/// Either an Error, or rows that are the same after they were written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto rows = rows_of(qpkg::as_text({data, size}));
        if (rows_of(qpkg::encode_owners(rows.first, rows.second)) != rows) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
