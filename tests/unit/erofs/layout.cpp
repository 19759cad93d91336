// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/layout.hpp"

#include "adapters/erofs/directory_blocks.hpp"
#include "adapters/erofs/encode.hpp"
#include "support/expect.hpp"

#include <algorithm>
#include <set>

using namespace qpkg;
using namespace qpkg::erofs;

namespace {

/// A root directory with one file of each size.
ImageTree files_of(const std::vector<std::uint64_t>& sizes)
{
    ImageTree tree;
    tree.directories.push_back({0755, 0, 0, {}});
    for (const auto size : sizes) {
        const auto index = static_cast<std::uint32_t>(tree.contents.size());
        tree.contents.push_back({size, NodeKind::file, 0644, 0, index});
        tree.files.push_back({index, 0, 1});
        tree.directories[0].entries.push_back({"file" + std::to_string(1000 + index), NodeKind::file, index});
    }
    return tree;
}

const Inode& inode_of(const Layout& layout, std::uint32_t file) { return layout.inodes[layout.file_inodes[file]]; }

} // namespace

TEST_CASE("the root is the first inode, right after the superblock")
{
    const auto layout = plan_layout(files_of({}));

    CHECK(layout.inodes.size() == 1);
    CHECK(layout.inodes[0].nid == 36);
    CHECK(layout.inodes[0].links == 2);
    CHECK(layout.total_blocks == 1);
}

TEST_CASE("a tail lies after its inode when both fit one block, else in a padded block")
{
    const auto layout = plan_layout(files_of({0, 1, 4032, 4033, 4095, 4096, 4097, 8128, 8129}));

    const std::vector<std::pair<DataLayout, std::uint32_t>> expected{
        {DataLayout::plain, 0},       {DataLayout::inline_tail, 0}, {DataLayout::inline_tail, 0},
        {DataLayout::plain, 1},       {DataLayout::plain, 1},       {DataLayout::plain, 1},
        {DataLayout::inline_tail, 1}, {DataLayout::inline_tail, 1}, {DataLayout::plain, 2}};
    for (std::uint32_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        CHECK(inode_of(layout, i).layout == expected[i].first);
        CHECK(inode_of(layout, i).blocks == expected[i].second);
    }
    CHECK(layout.total_blocks == layout.data_start + 7);
}

TEST_CASE("inodes with their tails never overlap or cross a block, and data blocks follow each other")
{
    std::vector<std::uint64_t> sizes;
    for (std::uint64_t i = 0; i < 3000; ++i) {
        sizes.push_back(i * i * 7 % 9000);
    }
    const auto layout = plan_layout(files_of(sizes));

    std::set<std::uint64_t> slots;
    std::uint64_t next_block = layout.data_start;
    for (const auto& inode : layout.inodes) {
        const auto tail = inode.layout == DataLayout::inline_tail ? inode.size % block_size : 0;
        const auto first = inode.nid * slot_size;
        const auto last = first + inode_size + tail - 1;
        CHECK(first / block_size == last / block_size);
        for (auto slot = inode.nid; slot <= last / slot_size; ++slot) {
            CHECK(slots.insert(slot).second);
        }
    }
    for (const auto position : layout.data_order) {
        CHECK(layout.inodes[position].first_block == next_block);
        next_block += layout.inodes[position].blocks;
    }
    CHECK(next_block == layout.total_blocks);
}

TEST_CASE("files with a padded block come last; much data begins on a block of the hash tree's leaves")
{
    const auto layout = plan_layout(files_of({4095, 8192, 8190, 4096 * 4093}));

    CHECK(layout.data_order == std::vector<std::uint32_t>{layout.file_inodes[1], layout.file_inodes[3],
                                                          layout.file_inodes[0], layout.file_inodes[2]});
    CHECK(layout.directory_end == 1);
    CHECK(layout.data_start == 128);
    CHECK(plan_layout(files_of({4096 * 4095})).data_start == 1);
}

TEST_CASE("files with one content are inodes of their own over one extent")
{
    auto tree = files_of({10'000, 8190});
    for (const std::uint32_t content : {0U, 1U}) {
        tree.files.push_back({content, 0, 1});
        tree.directories[0].entries.push_back({"same" + std::to_string(content), NodeKind::file, content + 2});
    }

    const auto layout = plan_layout(tree);

    CHECK(layout.inodes.size() == 5);
    for (const std::uint32_t file : {0U, 1U}) {
        CHECK(inode_of(layout, file).nid != inode_of(layout, file + 2).nid);
        CHECK(inode_of(layout, file).first_block == inode_of(layout, file + 2).first_block);
        CHECK(inode_of(layout, file).blocks == inode_of(layout, file + 2).blocks);
    }
    CHECK(layout.data_order == std::vector<std::uint32_t>{layout.file_inodes[0], layout.file_inodes[1]});
    CHECK(layout.total_blocks == layout.data_start + 4);
}

TEST_CASE("an image of more than 2^32 - 1 blocks cannot be")
{
    CHECK_FAILS(Code::no_space, "16 TiB", plan_layout(files_of({std::uint64_t{1} << 44})));
}

TEST_CASE("directory entries ascend with the dots among them, and no name is torn between blocks")
{
    ImageTree::Directory directory{0755, 0, 0, {}};
    directory.entries.push_back({"!first", NodeKind::file, 0});
    for (std::uint32_t i = 0; i < 400; ++i) {
        directory.entries.push_back({"name" + std::to_string(1000 + i), NodeKind::file, i});
    }

    const auto bytes = encode_directory(directory, 7, 9, [](const auto& entry) { return 100 + entry.index; });

    REQUIRE(bytes.size() == directory_size(directory));
    std::vector<std::string> names;
    for (std::size_t block = 0; block < bytes.size(); block += block_size) {
        const auto data = as_bytes(bytes).subspan(block, std::min<std::size_t>(block_size, bytes.size() - block));
        const std::size_t count = (data[8] | data[9] << 8) / 12U;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t from = data[i * 12 + 8] | data[i * 12 + 9] << 8;
            const std::size_t to =
                i + 1 < count ? static_cast<std::size_t>(data[i * 12 + 20] | data[i * 12 + 21] << 8) : data.size();
            const std::string name(as_text(data.subspan(from, to - from)));
            names.push_back(name.substr(0, name.find('\0')));
        }
    }
    CHECK(names.size() == 403);
    CHECK(std::is_sorted(names.begin(), names.end()));
    CHECK(names[0] == "!first");
    CHECK(names[1] == ".");
    CHECK(names[2] == "..");
}

TEST_CASE("crc32c gives the published value")
{
    CHECK((crc32c(~std::uint32_t{0}, "123456789") ^ ~std::uint32_t{0}) == 0xe3069283);
}
