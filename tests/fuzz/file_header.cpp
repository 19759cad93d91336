// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

template <class Parse>
void check(std::span<const std::uint8_t> bytes, Parse&& parse)
{
    try {
        const auto header = parse(bytes);
        if (qpkg::ostree::encode(header) != qpkg::as_text(bytes)) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
    }
}

} // namespace

/// Both forms of the header, and the length in front of it. What is accepted is written again as it was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::span bytes(data, size);
    check(bytes, qpkg::ostree::parse_file_header);
    check(bytes, qpkg::ostree::parse_archive_header);
    try {
        qpkg::ostree::header_length(bytes);
    } catch (const qpkg::Error&) {
    }
    try {
        qpkg::ostree::check_file(qpkg::ostree::parse_file_header(bytes));
    } catch (const qpkg::Error&) {
    }
    return 0;
}
