// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why secrets of addresses are not in the database. Everybody may read that, so that `status` needs no root. A password
// in an address therefore lies in a file of mode 0600, found by what is shown of the address. Who may not read it can
// still see that the repository is there, and is told why it cannot be asked.
#pragma once

#include "qpkg/model/location.hpp"
#include "qpkg/model/state.hpp"

#include <filesystem>
#include <vector>

namespace qpkg::app {

/// Passwords and tokens of locations, apart from the state's database, which everybody may read: one file of mode 0600
/// each in the state's folder `secrets`, named by the hash of what is shown of its location.
class LocationSecrets {
public:
    explicit LocationSecrets(const std::filesystem::path& state) : folder_(state / "secrets") {}

    /// Durable on return; nothing is written for a location without a secret.
    void keep(const Location& location) const;
    /// The location with its secret. Error failed when that is not here, or not for this user to read.
    Location complete(const Location& shown) const;
    /// Removes what belongs to none of these: also what a killed command left.
    void keep_only(const std::vector<Repository>& repositories) const;

private:
    std::filesystem::path file_of(const Location& location) const;

    std::filesystem::path folder_;
};

} // namespace qpkg::app
