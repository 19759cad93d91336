// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/verity.hpp"

#include "support/expect.hpp"

#include <map>

using namespace qpkg;
using namespace qpkg::erofs;

namespace {

struct Built {
    std::string root;
    std::string tree;
};

/// Over blocks whose first byte is their number.
Built tree_over(std::uint64_t blocks)
{
    Built built;
    VerityTree tree(blocks, [&](std::uint64_t position, std::string_view block) {
        built.tree.resize(std::max<std::size_t>(built.tree.size(), position + block.size()));
        built.tree.replace(position, block.size(), block);
    });
    for (std::uint64_t i = 0; i < blocks; ++i) {
        std::string block(4096, '\0');
        block[0] = static_cast<char>(i & 0xff);
        block[1] = static_cast<char>(i >> 8);
        tree.add_block(block);
    }
    built.root = tree.finish().hex();
    CHECK(built.tree.size() == tree.size());
    CHECK(tree.size() == verity_size(blocks));
    return built;
}

} // namespace

// Made with cryptsetup 2.6.1: veritysetup format --no-superblock --salt=- over such blocks.
TEST_CASE("roots and trees are veritysetup's, from one block to three levels")
{
    const std::map<std::uint64_t, std::pair<std::string, std::string>> known{
        {1,
         {"ad7facb2586fc6e966c004d7d1d16b024f5805ff7cb47c7a85dabd8b48892ca7",
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
        {2,
         {"f92ee626c329ac6003c22a70a104bf89d8d1a326ff913e648a44698b9ed65195",
          "f92ee626c329ac6003c22a70a104bf89d8d1a326ff913e648a44698b9ed65195"}},
        {128,
         {"2c7b230a3e5d3960d3aa7ba13cf085b94af1280aa4e96fb5e799fd0d642abb0c",
          "2c7b230a3e5d3960d3aa7ba13cf085b94af1280aa4e96fb5e799fd0d642abb0c"}},
        {129,
         {"89cc567fe951297b2c88cc2ebdbf35afabdf58c8129bef1981b5cd3137fb6e51",
          "77c004c39c6e2f54dddf5f868ead186dfe04e78ea0a1ea2f5b70b0f1fb6141aa"}},
        {16384,
         {"ffc6c05d8a35a865e8d0496331cfb4cf04c65b9e38f908e81d75a4e925fdd59f",
          "a0030913cb23485c387a7b90a80c9d0f8a2817f597ceda92fca31396556061dd"}},
        {16385,
         {"3a47772a5ddbd8d1d86d62c8e1134d1d9edc3c00014cc6cd2175fa12ff5736ed",
          "1333fc3b3fca5fca4e020a717aa2c47a16dede2866466d540b3246e9a1a52953"}}};
    for (const auto& [blocks, expected] : known) {
        CAPTURE(blocks);
        const auto built = tree_over(blocks);
        CHECK(built.root == expected.first);
        CHECK(sha256(std::string_view(built.tree)).hex() == expected.second);
    }
}

TEST_CASE("leaves may come in any pieces; too few or too many are refused")
{
    std::string leaves;
    for (int i = 0; i < 300; ++i) {
        leaves += sha256(std::to_string(i)).bytes_string();
    }
    const auto root_in = [&](std::size_t piece) {
        VerityTree tree(300, [](std::uint64_t, std::string_view) {});
        for (std::size_t at = 0; at < leaves.size(); at += piece) {
            tree.add_leaves(as_bytes(std::string_view(leaves).substr(at, piece)));
        }
        return tree.finish();
    };

    CHECK(root_in(32) == root_in(leaves.size()));
    CHECK(root_in(32 * 7) == root_in(32 * 128));
    VerityTree few(301, [](std::uint64_t, std::string_view) {});
    few.add_leaves(as_bytes(leaves));
    CHECK_FAILS(Code::bug, "300 blocks, expected 301", few.finish());
}

TEST_CASE("a file without whole blocks adds no leaf, also when one block is all there is")
{
    VerityTree tree(1, [](std::uint64_t, std::string_view) {});
    const auto only = sha256("block");
    tree.add_leaves(only.bytes());
    tree.add_leaves({});
    CHECK(tree.finish() == only);
}

TEST_CASE("the size of a file says how much of it is the image")
{
    for (std::uint64_t blocks = 1; blocks < 40'000; ++blocks) {
        const auto whole = blocks * 4096 + verity_size(blocks);
        REQUIRE(blocks_before_tree(whole) == blocks);
    }
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{4095}, std::uint64_t{2 * 4096},
                                     std::uint64_t{4096} * 130, ~std::uint64_t{0}}) {
        CAPTURE(size);
        CHECK_FALSE(blocks_before_tree(size));
    }
}
