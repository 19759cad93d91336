// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/mime_globs.hpp"

#include "agent/mime_cache.hpp"
#include "agent/told_types.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Whatever a module's table says: what is told of it is read again as it was, weighs no more than usual, and compiles.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg::agent;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const auto patterns = parse_globs2(bytes);
        if (parse_globs2(encode_globs(patterns)).size() != patterns.size()) {
            std::abort();
        }
        types_of_name(bytes.substr(0, 64), {patterns});
        TypesOfApp app{{"a/b", "application/pdf"}, patterns};
        for (const auto& told : told_patterns({{"a/b", "*.base", 50, false}}, {app})) {
            if (told.weight > heaviest_told || !app.opened.contains(told.type) ||
                lower_case(told.pattern) == "*.base" || told.pattern == "__NOGLOBS__") {
                std::abort();
            }
        }
        if (encode_mime_cache(patterns).size() % 4 != 0) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
