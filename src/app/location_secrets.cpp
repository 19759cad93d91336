// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/location_secrets.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/base/error.hpp"
#include "qpkg/base/fault.hpp"
#include "qpkg/base/files.hpp"

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

void LocationSecrets::forget(const Location& shown) const { files::remove_durably(file_of(shown)); }

} // namespace qpkg::app
