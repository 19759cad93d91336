// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/origin.hpp"

#include "support/expect.hpp"

using namespace qpkg;

namespace {

const KeptList a_list{"host_dists_x_InRelease", {sha256("raw"), 3, sha256("packed"), 6}};

} // namespace

TEST_CASE("a table of origin says which lists were kept, and has one spelling")
{
    const KeptList other{"host_dists_x_main_Packages", {sha256("a"), 1, sha256("b"), 2}};
    const auto bytes = encode_origin({other, a_list});

    CHECK(parse_origin(bytes) == std::vector<KeptList>{a_list, other});
    CHECK(encode_origin(parse_origin(bytes)) == bytes);
    CHECK(origin_path(sha256("lock")) == "inputs/" + sha256("lock").hex() + ".origin");
}

TEST_CASE("a table of origin that names no files of ours is refused")
{
    const auto refused = [](Code code, const KeptList& list) {
        CHECK_FAILS(code, "list of origin", parse_origin(encode_origin({list})));
    };
    for (const auto* name : {"", ".hidden", "../x", "a/b"}) {
        auto list = a_list;
        list.name = name;
        refused(Code::corrupt, list);
    }
    auto large = a_list;
    large.file.size = largest_signed_list + 1;
    refused(Code::no_space, large);
    CHECK_FAILS(Code::corrupt, "", parse_origin("nothing"));
}
