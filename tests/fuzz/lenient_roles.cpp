// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outside/tuf_client/lenient/canonicaliser.hpp"
#include "outside/tuf_client/lenient/reader.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::size_t cap = 1 << 20;

template <class Read>
void check(const Read& read)
{
    try {
        read();
    } catch (const qpkg::Error&) {
        return;
    }
}

} // namespace

/// Metadata of others, whatever it is offered as: an Error, or a role. Keys are opened and signatures tried, too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto file = qpkg::as_text({data, size});
    const auto& reader = qpkg::trust::lenient_profile().reader;
    check([&] {
        const auto once = qpkg::trust::canonicalise(file, cap).signed_part;
        if (once.canonical.find('\\') == std::string::npos && once.canonical.find('\n') == std::string::npos) {
            const auto again =
                qpkg::trust::canonicalise(R"({"signatures":[],"signed":)" + once.canonical + "}", 2 * cap);
            if (again.signed_part.canonical != once.canonical) {
                std::abort();
            }
        }
    });
    check([&] { reader.timestamp(file); });
    check([&] { reader.snapshot(file); });
    check([&] { reader.targets(file); });
    check([&] {
        const auto signed_file = reader.open(file);
        for (const auto& [id, key] : reader.root(file).keys) {
            for (const auto& signature : signed_file.signatures) {
                if (reader.identity(key) && reader.verifies(key, signature.bytes, signed_file.payload) &&
                    reader.verifies(key, signature.bytes, signed_file.payload + "x")) {
                    std::abort();
                }
            }
        }
    });
    return 0;
}
