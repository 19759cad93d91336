// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/words.hpp"

#include "qpkg/base/digest.hpp"

namespace qpkg::trust {
namespace {

/// "lusab" of 127 and 0.
std::string word(unsigned bits)
{
    constexpr std::string_view consonants = "bdfghjklmnprstvz";
    constexpr std::string_view vowels = "aiou";
    return {consonants[bits >> 12U & 15U], vowels[bits >> 10U & 3U], consonants[bits >> 6U & 15U],
            vowels[bits >> 4U & 3U], consonants[bits & 15U]};
}

} // namespace

std::string fingerprint_words(std::string_view hex)
{
    const auto digest = Digest::from_hex(hex);
    std::string words;
    for (std::size_t i = 0; digest && i < digest->bytes().size(); i += 2) {
        words += (words.empty() ? "" : " ") + word(unsigned{digest->bytes()[i]} << 8U | digest->bytes()[i + 1]);
    }
    return words;
}

} // namespace qpkg::trust
