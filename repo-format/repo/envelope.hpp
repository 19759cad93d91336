// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why signatures are found without parsing what they sign. A parser that runs before the signature was checked is the
// one that an attacker gets to choose the input for. So the envelope has a fixed shape: a scan compares fixed texts and
// hex digits, stops at the 17th signature, and gives back the rest as bytes, not looked at. This is the only code in
// front of a signature; keep it this small.
#pragma once

#include "qpkg/base/digest.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The signed file: {"signatures":[{"keyid":"<64 hex>","sig":"<128 hex>"},…],"signed":S}.
/// Normative text: repo-format/repo/canonical-json.md.
namespace qpkg::envelope {

inline constexpr std::size_t largest_count = 16; ///< signatures in one file

struct Signature {
    Digest key_id;
    std::array<std::uint8_t, 64> bytes;

    friend bool operator==(const Signature&, const Signature&) = default;
};

/// 128 lower-case hex digits and nothing else.
std::optional<std::array<std::uint8_t, 64>> parse_signature(std::string_view hex);

/// What a scan found. `payload` is S as it stands in the file: not looked at, to be verified before it is parsed.
struct Envelope {
    std::vector<Signature> signatures; ///< 1 to 16, key ids strictly ascending
    std::string_view payload;          ///< borrows from the scanned bytes
};

/// Finds the signatures and the raw bytes of S without parsing S. Error corrupt for any other shape; reads no further
/// than the 17th signature.
Envelope scan(std::string_view bytes);

/// The file of this payload; the signatures are sorted. Error usage when there are none, too many, or two of one key.
std::string write(std::vector<Signature> signatures, std::string_view payload);

} // namespace qpkg::envelope
