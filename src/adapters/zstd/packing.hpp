// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// How repositories serve tables: one frame of Zstandard (RFC 8878).
namespace qpkg::zstd {

/// As `Pack` of the ports. The same library gives the same bytes, another version perhaps others.
std::string pack(std::string_view raw);

/// As `Unpack` of the ports: exactly one frame, whose window is at most 8 MiB.
std::string unpack(std::string_view packed, std::uint64_t size);

} // namespace qpkg::zstd
