// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/owners.hpp"

#include "support/expect.hpp"
#include "support/paths.hpp"

#include "qpkg/core/files.hpp"

#include <algorithm>

using namespace qpkg;

namespace {

const std::vector<Owner> some_owners{{"/usr/bin/hello", "hello"},
                                     {"/usr/share/Főtanúsítvány.crt", "ca-certificates"},
                                     {"/usr/share/a b", "hello"},
                                     {"/usr/share/shared", "hello"},
                                     {"/usr/share/shared", "libhello1"}};
const std::vector<Licence> some_licences{{"hello", "Expat or BSD"}, {"hello", "GPL-2+"}};

struct Rows {
    std::vector<Owner> owners;
    std::vector<Licence> licences;

    explicit Rows(std::string_view bytes)
    {
        read_owners(bytes, {.owner = [this](const Owner& owner) { owners.push_back(owner); },
                            .licence = [this](const Licence& licence) { licences.push_back(licence); }});
        std::ranges::sort(owners);
        std::ranges::sort(licences);
    }
};

} // namespace

TEST_CASE("owners that are written and read again are the same")
{
    const Rows rows(encode_owners(some_owners, some_licences));

    auto expected = some_owners;
    std::ranges::sort(expected);
    CHECK(rows.owners == expected);
    CHECK(rows.licences == some_licences);
}

TEST_CASE("the vector of owners has exactly the bytes that its values give")
{
    CHECK(encode_owners(some_owners, some_licences) ==
          files::read(testing::source_directory() / "repo-format/vectors/owners", 10'000));
}

TEST_CASE("a row of owners that is malformed is refused by its line, one of another kind is passed by")
{
    const auto read = [](const std::string& rows) { read_owners("qpkg-owners\t1\n" + rows, {}); };

    CHECK_FAILS(Code::corrupt, "qpkg-owners, line 2: a malformed row of kind owner", read("owner\t/a\n"));
    CHECK_FAILS(Code::corrupt, "a malformed row of kind owner", read("owner\ta\tb\n"));
    CHECK_FAILS(Code::corrupt, "a malformed row of kind licence", read("licence\ta\t\n"));
    CHECK_FAILS(Code::unsupported, "version 3", read_owners("qpkg-owners\t3\n", {}));
    read("licence\ta\tb\nof-tomorrow\towner\towner\towner\n");
}
