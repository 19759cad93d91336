// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace qpkg::trust {

/// A fingerprint to be read aloud: 16 bits a word of five letters, consonants and vowels in turn (the "proquint" of
/// Wilkerson, arXiv:0901.4016), so that 64 hex digits are 16 words. Nothing for what is not 64 lower-case hex digits.
std::string fingerprint_words(std::string_view hex);

} // namespace qpkg::trust
