// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/rebuild/inputs.hpp"

#include "app/publish/publish_module.hpp"
#include "repo-format/repo/rebuild.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

namespace qpkg::app {

void bring_input(Fetcher& from, const Digest& input, const std::filesystem::path& place)
{
    const auto bytes = from.get(input_path(input), largest_input);
    if (!bytes) {
        throw Error(Code::not_found,
                    "the repository lacks " + input_path(input) + ", which the release was built from");
    }
    if (sha256(*bytes) != input) {
        throw Error(Code::corrupt, input_path(input) + ": the bytes are not what the name says");
    }
    files::write(place, *bytes, 0644, files::Durability::scratch);
}

} // namespace qpkg::app
