// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/details_directory.hpp"

#include "adapters/ostree/object_directory.hpp"
#include "repo-format/repo/details.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/removal.hpp"

#include <algorithm>

namespace qpkg::ostree {
namespace {

namespace fs = std::filesystem;

/// Ascending; what has another name is none.
std::vector<Digest> named_in(const fs::path& directory)
{
    std::vector<Digest> found;
    if (!fs::is_directory(directory)) {
        return found;
    }
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (const auto id = Digest::from_hex(entry.path().filename().string())) {
            found.push_back(*id);
        }
    }
    std::ranges::sort(found);
    return found;
}

} // namespace

DetailsDirectory::DetailsDirectory(const fs::path& repository)
    : directory_(repository / "qpkg-details"), staging_(repository / "tmp/qpkg-details")
{
}

std::vector<Digest> DetailsDirectory::list() const { return named_in(directory_); }

bool DetailsDirectory::has(const Digest& id) const { return fs::exists(path(id)); }

std::string DetailsDirectory::read(const Digest& id) const
{
    auto bytes = files::read_if_exists(path(id), largest_details);
    if (!bytes) {
        throw Error(Code::not_found, "details " + id.hex() + " are not in the object store", "get them: qpkg restore");
    }
    if (sha256(*bytes) != id) {
        throw Error(Code::corrupt, "details " + id.hex() + " are damaged", "get them again: qpkg restore");
    }
    return *std::move(bytes);
}

void DetailsDirectory::add(std::string_view bytes) const
{
    files::make_directories(directory_);
    files::write(path(sha256(bytes)), bytes);
    fault_point("details.stored");
}

void DetailsDirectory::remove(const Digest& id) const { files::remove_durably(path(id)); }

void DetailsDirectory::stage(std::string_view bytes) const
{
    files::make_directories(staging_);
    files::write(staging_ / sha256(bytes).hex(), bytes, 0644, files::Durability::scratch);
    fault_point("details.laid-aside");
}

void DetailsDirectory::adopt_staged() const
{
    for (const auto& id : named_in(staging_)) {
        const auto bytes = files::read(staging_ / id.hex(), largest_details);
        if (sha256(bytes) == id) { // else a killed command left it
            add(bytes);
        }
    }
    clear_staging();
}

std::uint64_t DetailsDirectory::staged_bytes() const
{
    std::uint64_t bytes = 0;
    for (const auto& id : named_in(staging_)) {
        bytes += allocated_bytes(staging_ / id.hex());
    }
    return bytes;
}

std::uint64_t DetailsDirectory::clear_staging() const
{
    const auto bytes = staged_bytes();
    files::remove_tree(staging_);
    return bytes;
}

std::vector<Digest> DetailsDirectory::all_but(std::span<const Digest> keep) const
{
    auto found = list();
    std::erase_if(found, [&](const Digest& id) { return std::ranges::find(keep, id) != keep.end(); });
    return found;
}

std::uint64_t DetailsDirectory::bytes_of_all_but(std::span<const Digest> keep) const
{
    std::uint64_t bytes = 0;
    for (const auto& id : all_but(keep)) {
        bytes += allocated_bytes(path(id));
    }
    return bytes;
}

std::uint64_t DetailsDirectory::remove_all_but(std::span<const Digest> keep) const
{
    const auto bytes = bytes_of_all_but(keep);
    for (const auto& id : all_but(keep)) {
        remove(id);
    }
    return bytes;
}

} // namespace qpkg::ostree
