// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_files.hpp"

#include <cstdint>
#include <cstdlib>

/// Whatever stands in an Exec line or behind "#!": the program is one word of it, without its quotation marks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    if (const auto program = qpkg::build::program_of(line)) {
        if (program->empty() || line.find(*program) == std::string_view::npos ||
            program->find_first_of(" \t") != std::string::npos) {
            std::abort();
        }
    }
    return 0;
}
