// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace qpkg {

/// Compresses a whole file.
using Pack = std::function<std::string(std::string_view raw)>;
/// What was packed; `size` are the raw bytes that it must give, and no more memory than that is used for them. Error
/// corrupt. Empty where nothing is inflated, as in dom0.
using Unpack = std::function<std::string(std::string_view packed, std::uint64_t size)>;

} // namespace qpkg
