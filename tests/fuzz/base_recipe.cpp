// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/base_recipe.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <cstddef>
#include <cstdint>

/// A recipe of a base is read or refused with an Error; nothing else may happen.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        qpkg::build::parse_base_recipe(qpkg::as_text({data, size}), "base.toml");
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
