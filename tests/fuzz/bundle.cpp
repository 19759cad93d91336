// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/bundle.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Either an Error, or header and table that are the same bytes when they are written again. A fuzzer cannot guess a
/// hash, so it is put right for it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg;
    std::string bytes(as_text({data, size}));
    if (bytes.size() < bundle::header_size) {
        return 0;
    }
    const auto check = sha256(bytes.substr(0, 32) + bytes.substr(bundle::header_size)).bytes_string();
    bytes.replace(32, check.size(), check);
    try {
        const auto header = bundle::parse_header(as_bytes(bytes).first(bundle::header_size));
        if (header.table_length() != bytes.size() - bundle::header_size) {
            return 0;
        }
        const auto sections = bundle::parse_table(header, as_bytes(bytes).subspan(bundle::header_size));
        if (bundle::encode(sections, header.flags) != bytes) {
            std::abort();
        }
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
