// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/packed.hpp"

#include "qpkg/core/files.hpp"

namespace qpkg::app {

PinnedFile write_packed(const World& world, const std::filesystem::path& file, const std::string& raw)
{
    const auto packed = world.pack_file(raw);
    files::write(file, packed, 0644, files::Durability::scratch);
    return {sha256(raw), raw.size(), sha256(packed), packed.size()};
}

} // namespace qpkg::app
