// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/location_secrets.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

constexpr std::size_t largest_location = 64 * 1024;

} // namespace

std::filesystem::path LocationSecrets::file_of(const Location& location) const
{
    return folder_ / sha256(location.shown()).hex();
}

void LocationSecrets::keep(const Location& location) const
{
    if (!location.has_secret()) {
        return;
    }
    files::make_directories(folder_, 0700);
    files::write(file_of(location), location.revealed(), 0600);
    fault_point("repo.secret-kept");
}

Location LocationSecrets::complete(const Location& shown) const
{
    if (!shown.lacks_secret()) {
        return shown;
    }
    const auto bytes = files::read_if_exists(file_of(shown), largest_location);
    if (!bytes) {
        throw Error(Code::failed, shown.shown() + ": its password or token is not here",
                    "remove the repository and add it again, with the whole location");
    }
    return Location::require(*bytes);
}

void LocationSecrets::keep_only(const std::vector<Repository>& repositories) const
{
    if (!std::filesystem::is_directory(folder_)) {
        return;
    }
    std::set<std::filesystem::path> wanted;
    for (const auto& repository : repositories) {
        wanted.insert(file_of(Location::require(repository.location)));
    }
    std::vector<std::filesystem::path> others;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        if (!wanted.contains(entry.path())) {
            others.push_back(entry.path());
        }
    }
    std::ranges::for_each(others, files::remove_durably);
}

} // namespace qpkg::app
