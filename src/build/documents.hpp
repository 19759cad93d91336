// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why manual pages are stored unpacked. gzip stores the date it ran at, and one changed byte in the text changes
// everything behind it. Compressed pages were two thirds of what an upgrade of a small package moved. Unpacked they are
// shared and make small deltas; the file system of the store may compress them again. A page that replaces one of the
// base, itself or by a link, stays as it is: another name would show both.
#pragma once

#include "qpkg/core/fd.hpp"

#include <filesystem>

namespace qpkg::build {

/// Unpacks what is compressed with gzip below /usr/share/doc, info and man of a tree, and lets the links in the tree
/// follow: compressed pages change as a whole with the date in them, plain ones by a line, and releases are told apart
/// by their bytes. Stays as it is: what replaces a file of `base`, what is damaged, what has another file in its place.
void unpack_documents(const std::filesystem::path& tree, const Fd& base);

} // namespace qpkg::build
