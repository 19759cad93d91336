// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/transliteration.hpp"

#include "repo-format/repo/utf8.hpp"

#include <algorithm>
#include <array>

namespace qpkg {
namespace {

/// What code points are from `first` on, one after the other.
struct Run {
    char32_t first;
    std::string_view words;
};

// Ascending. The runs are: signs, Latin-1, Latin Extended-A, Romanian, Greek, Cyrillic, punctuation.
constexpr std::array runs{
    Run{0x00a9, "(C)"},
    Run{0x00ab, "'"},
    Run{0x00ae, "(R)"},
    Run{0x00b5, "u"},
    Run{0x00b7, "."},
    Run{0x00bb, "'"},
    Run{0x00c0, "A A A A A A AE C E E E E I I I I D N O O O O O x O U U U U Y Th ss a a a a a a ae c e e e e i i "
                "i i d n o o o o o / o u u u u y th y"},
    Run{0x0100, "A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g G g G g H h H h I i I i I i I i "
                "I i IJ ij J j K k k L l L l L l L l L l N n N n N n n N n O o O o O o OE oe R r R r R r S s S s "
                "S s S s T t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z s"},
    Run{0x0218, "S s T t"},
    Run{0x0386, "A"},
    Run{0x0388, "E I I"},
    Run{0x038c, "O"},
    Run{0x038e, "Y O i"},
    Run{0x0391, "A V G D E Z I Th I K L M N X O P R ? S T Y F Ch Ps O I Y a e i i y a v g d e z i th i k l m n x "
                "o p r s s t y f ch ps o i y o y o"},
    Run{0x0401, "Yo"},
    Run{0x0404, "Ye"},
    Run{0x0406, "I Yi"},
    Run{0x0410, "A B V G D E Zh Z I Y K L M N O P R S T U F Kh Ts Ch Sh Shch ' Y ' E Yu Ya a b v g d e zh z i y k "
                "l m n o p r s t u f kh ts ch sh shch ' y ' e yu ya"},
    Run{0x0451, "yo"},
    Run{0x0454, "ye"},
    Run{0x0456, "i yi"},
    Run{0x0490, "G g"},
    Run{0x1e9e, "SS"},
    Run{0x2010, "- - - - - -"},
    Run{0x2018, "' ' , ' ' ' ' '"},
    Run{0x2022, "*"},
    Run{0x2026, "..."},
    Run{0x20ac, "EUR"},
    Run{0x2122, "(TM)"},
    Run{0x2212, "-"}};

constexpr char32_t no_break_space = 0xa0;

bool is_combining_mark(char32_t c) { return c >= 0x300 && c < 0x370; }

std::string_view word_at(std::string_view words, std::size_t index)
{
    for (; index > 0 && !words.empty(); --index) {
        words.remove_prefix(std::min(words.find(' '), words.size() - 1) + 1);
    }
    return words.substr(0, words.find(' '));
}

std::string_view ascii_of(char32_t code_point)
{
    if (code_point == no_break_space) {
        return " ";
    }
    const auto after = std::ranges::upper_bound(runs, code_point, {}, &Run::first);
    const auto word =
        after == runs.begin() ? std::string_view() : word_at((after - 1)->words, code_point - (after - 1)->first);
    return word.empty() ? "?" : word;
}

} // namespace

std::string in_ascii(std::string_view words)
{
    std::string ascii;
    while (!words.empty()) {
        const auto first = words.front();
        const auto code_point = take_code_point(words);
        if (!code_point) {
            words.remove_prefix(1);
            ascii += '?';
        } else if (*code_point < 0x80) {
            ascii += first;
        } else if (!is_combining_mark(*code_point)) {
            ascii += ascii_of(*code_point);
        }
    }
    return ascii;
}

} // namespace qpkg
