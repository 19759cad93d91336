// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/directory_blocks.hpp"

#include "adapters/erofs/layout.hpp"
#include "adapters/erofs/little_endian.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace qpkg::erofs {
namespace {

constexpr std::size_t entry_size = 12;

struct Name {
    std::string_view name;
    const ImageTree::Entry* entry; ///< nothing for "." and ".."
};

/// All names with "." and "..", ascending by bytes as the kernel's binary search wants them.
std::vector<Name> names_of(const ImageTree::Directory& directory)
{
    std::vector<Name> names;
    names.reserve(directory.entries.size() + 2);
    for (const auto& entry : directory.entries) {
        names.push_back({entry.name, &entry});
    }
    for (const std::string_view dots : {".", ".."}) {
        const auto place = std::lower_bound(names.begin(), names.end(), dots,
                                            [](const Name& name, std::string_view word) { return name.name < word; });
        names.insert(place, {dots, nullptr});
    }
    return names;
}

/// How many names from `first` on fit one block, and the bytes they need.
struct Block {
    std::size_t count;
    std::size_t used;
};
Block next_block(const std::vector<Name>& names, std::size_t first)
{
    Block block{0, 0};
    while (first + block.count < names.size()) {
        const auto more = entry_size + names[first + block.count].name.size();
        if (block.used + more > block_size) {
            break;
        }
        ++block.count;
        block.used += more;
    }
    return block;
}

/// EROFS_FT_*
std::uint8_t type_of(NodeKind kind)
{
    switch (kind) {
    case NodeKind::file:
        return 1;
    case NodeKind::directory:
        return 2;
    case NodeKind::symlink:
        return 7;
    }
    return 0;
}

} // namespace

std::uint64_t directory_size(const ImageTree::Directory& directory)
{
    const auto names = names_of(directory);
    std::uint64_t size = 0;
    for (std::size_t first = 0; first < names.size();) {
        const auto block = next_block(names, first);
        first += block.count;
        size += first == names.size() ? block.used : block_size;
    }
    return size;
}

std::string encode_directory(const ImageTree::Directory& directory, std::uint64_t self, std::uint64_t parent,
                             const std::function<std::uint64_t(const ImageTree::Entry&)>& nid_of)
{
    const auto names = names_of(directory);
    std::string out;
    for (std::size_t first = 0; first < names.size();) {
        out.resize((out.size() + block_size - 1) / block_size * block_size);
        const auto block = next_block(names, first);
        auto name_at = block.count * entry_size;
        for (std::size_t i = first; i < first + block.count; ++i) {
            const auto* entry = names[i].entry;
            const auto nid = entry != nullptr ? nid_of(*entry) : (names[i].name == "." ? self : parent);
            append(out, nid, 8);
            append(out, name_at, 2);
            append(out, type_of(entry != nullptr ? entry->kind : NodeKind::directory), 1);
            append(out, 0, 1);
            name_at += names[i].name.size();
        }
        for (std::size_t i = first; i < first + block.count; ++i) {
            out += names[i].name;
        }
        first += block.count;
    }
    return out;
}

} // namespace qpkg::erofs
