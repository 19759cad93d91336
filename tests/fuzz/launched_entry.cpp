// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/launched_entry.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

/// The file is always among the words, whole, and never says which program is started unless the entry does.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg::agent;
    try {
        const auto entry = read_launched_entry({reinterpret_cast<const char*>(data), size});
        const std::string target = "/a b%i\"`$";
        const auto words = expand_exec(entry, "/apps/x.desktop", target);
        if (words.empty() || std::ranges::none_of(words, [&](const std::string& word) {
                return word.find(target) != std::string::npos;
            })) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
