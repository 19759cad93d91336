// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace qpkg::erofs {

/// Fills an empty directory with what an image of format erofs-2 holds: the way back to the tree that it was made of.
/// Times of files and links are the image's, as are hard links. Data is cloned where the file system can. Only for an
/// image whose root was compared with its name; what could lead out of the directory or beyond the image's end is Error
/// corrupt all the same.
void unpack(int image, const std::filesystem::path& directory);

} // namespace qpkg::erofs
