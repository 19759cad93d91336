// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/transliteration.hpp"

#include "support/expect.hpp"

using qpkg::in_ascii;

TEST_CASE("letters of European languages are written in ASCII")
{
    CHECK(in_ascii("Übersetzer für Médiathèques, Straße, œuvre, ÿ") ==
          "Ubersetzer fur Mediatheques, Strasse, oeuvre, y");
    CHECK(in_ascii("Ātrs, Łódź, Řeka, İı, Țară, ſ") == "Atrs, Lodz, Reka, Ii, Tara, s");
    CHECK(in_ascii("Ελλάδα ώρα ς") == "Ellada ora s");
    CHECK(in_ascii("Борщ, ёлка, Київ, Ґ") == "Borshch, yolka, Kiyiv, G");
}

TEST_CASE("punctuation becomes that of a typewriter")
{
    CHECK(in_ascii("“a” – ‘b’ … 5\u00a0€ ™") == "'a' - 'b' ... 5 EUR (TM)");
}

TEST_CASE("a letter and the mark that is put on it are one letter") { CHECK(in_ascii("e\u0301a") == "ea"); }

TEST_CASE("what has no ASCII stays seen, and bytes that are no text too")
{
    CHECK(in_ascii("a 漢字 b") == "a ?? b");
    CHECK(in_ascii("a\xff\xc3") == "a??");
    CHECK(in_ascii("plain ~ \"text\" \\ \x7f") == "plain ~ \"text\" \\ \x7f");
}
