// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/erofs/image_tree.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace qpkg::erofs {

/// Bytes of a directory's entry blocks: whole blocks, then what the last one uses.
std::uint64_t directory_size(const ImageTree::Directory& directory);

/// Inode number and kind that an entry of `directory` leads to are asked from `nid_of`; `self` and `parent` are those
/// of
/// "." and "..".
std::string encode_directory(const ImageTree::Directory& directory, std::uint64_t self, std::uint64_t parent,
                             const std::function<std::uint64_t(const ImageTree::Entry&)>& nid_of);

} // namespace qpkg::erofs
