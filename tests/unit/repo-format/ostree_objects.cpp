// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/ostree_objects.hpp"

#include "support/expect.hpp"
#include "support/ostree_values.hpp"

using namespace qpkg;
using namespace qpkg::ostree;
using namespace qpkg::testing;

namespace {

/// Objects that stock `ostree commit` 2022.7 made, with the names it gave them.
constexpr std::string_view stock_dirmeta_name = "446a0ef11b7cc167f3b603e585c7eeeeb675faa412d5ec73f62988eb0b6c5488";
constexpr std::string_view stock_symlink_name = "438802d990f25270d36f902bc9ce9d0737b88f9ae0b41ed59ec9e47c28523e0a";

/// Each cut and each changed byte of `bytes` must be refused, or parse to a value that is written as those bytes.
template <class Parse>
void check_every_damage(const std::string& bytes, Parse&& parse)
{
    const auto accepts_only_normal_form = [&](const std::string& damaged) {
        std::string again;
        try {
            again = encode(parse(as_bytes(damaged)));
        } catch (const Error& error) {
            CHECK((error.code() == Code::corrupt || error.code() == Code::no_space));
            return;
        }
        CHECK(again == damaged);
    };
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        accepts_only_normal_form(bytes.substr(0, length));
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const int flip : {1, 0x80, 0xff}) {
            auto damaged = bytes;
            damaged[at] = static_cast<char>(damaged[at] ^ flip);
            accepts_only_normal_form(damaged);
        }
    }
}

} // namespace

TEST_CASE("objects have the names that stock ostree gives them")
{
    CHECK(sha256(std::string_view(encode(a_dirmeta()))).hex() == stock_dirmeta_name);
    CHECK(sha256(std::string_view(with_length(encode(a_link("a"))))).hex() == stock_symlink_name);
}

TEST_CASE("what is encoded is read back the same")
{
    auto commit = a_commit();
    commit.parent = a_digest('9');
    auto large = a_dirtree();
    for (int i = 10; i < 2000; ++i) {
        large.files.push_back({"zz" + std::to_string(i), a_digest('6')});
    }

    CHECK(parse_commit(as_bytes(encode(a_commit()))) == a_commit());
    CHECK(parse_commit(as_bytes(encode(commit))) == commit);
    CHECK(parse_dirtree(as_bytes(encode(a_dirtree()))) == a_dirtree());
    CHECK(parse_dirtree(as_bytes(encode(DirTree{}))) == DirTree{});
    CHECK(parse_dirtree(as_bytes(encode(large))) == large);
    CHECK(parse_dirmeta(as_bytes(encode(a_dirmeta()))) == a_dirmeta());
    CHECK(parse_file_header(as_bytes(encode(a_link("target")))) == a_link("target"));
    const ArchiveHeader served{1'000'000, a_file()};
    CHECK(parse_archive_header(as_bytes(encode(served))) == served);
}

TEST_CASE("bad input 51: a damaged, cut or lengthened object is refused")
{
    check_every_damage(encode(a_commit()), parse_commit);
    check_every_damage(encode(a_dirtree()), parse_dirtree);
    check_every_damage(encode(a_dirmeta()), parse_dirmeta);
    check_every_damage(encode(a_link("target")), parse_file_header);
    CHECK_FAILS(Code::corrupt, "", parse_commit(as_bytes(encode(a_commit()) + "x")));
    CHECK_FAILS(Code::corrupt, "", parse_dirtree(as_bytes(encode(a_dirtree()) + std::string(1, '\0'))));
    CHECK_FAILS(Code::corrupt, "", parse_commit({}));
}

TEST_CASE("bad input 51: objects over their limits are refused before they are parsed")
{
    CHECK_FAILS(Code::no_space, "65536 are allowed", parse_commit(as_bytes(std::string(10 << 20, 'x'))));
    CHECK_FAILS(Code::no_space, "allowed", parse_dirtree(as_bytes(std::string(max_dirtree + 1, 'x'))));
    CHECK_FAILS(Code::no_space, "allowed", parse_dirmeta(as_bytes(std::string(max_dirmeta + 1, 'x'))));
    const std::string huge("\xff\xff\xff\xff\0\0\0\0", 8);
    CHECK_FAILS(Code::no_space, "allowed", header_length(as_bytes(huge)));
}

TEST_CASE("bad input 51: metadata with an empty key, a key twice or an unknown type is refused")
{
    auto empty_key = a_commit();
    empty_key.metadata.emplace_back("", std::string("x"));
    auto twice = a_commit();
    twice.metadata.push_back(twice.metadata.back());
    auto other_type = encode(a_commit());
    other_type[other_type.find("org.example.hello\0\0s", 0, 20) + 19] = 't';

    CHECK_FAILS(Code::corrupt, "empty key", parse_commit(as_bytes(encode(empty_key))));
    CHECK_FAILS(Code::corrupt, "twice", parse_commit(as_bytes(encode(twice))));
    CHECK_FAILS(Code::corrupt, "has type \"t\"", parse_commit(as_bytes(other_type)));
}

TEST_CASE("a name that is not UTF-8 cannot be in a directory")
{
    auto tree = a_dirtree();
    tree.files.back().name = "\xff\xfe";

    CHECK_FAILS(Code::corrupt, "UTF-8", parse_dirtree(as_bytes(encode(tree))));
}

TEST_CASE("signatures are 64 bytes each under one key, nothing else")
{
    const std::vector<std::string> two{std::string(64, 's'), std::string(64, 't')};
    const std::vector<std::string> junk{std::string(63, 's')};

    CHECK(parse_signatures(as_bytes(encode_signatures(two))) == two);
    CHECK(parse_signatures({}).empty());
    for (const auto* nothing : {"JUNKJUNKJUNK", "junk", "x"}) {
        CHECK_THROWS_AS(parse_signatures(as_bytes(std::string(nothing))), Error);
    }
    CHECK_THROWS_AS(parse_signatures(as_bytes(std::string(8, '\0'))), Error);
    CHECK_FAILS(Code::corrupt, "63 bytes", parse_signatures(as_bytes(encode_signatures(junk))));
    auto other_key = encode_signatures(two);
    other_key[other_key.find("ed25519")] = 'x';
    CHECK_FAILS(Code::corrupt, "expected signatures", parse_signatures(as_bytes(other_key)));
}
