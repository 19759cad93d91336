// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why an address is two texts. Most code shows, records or compares addresses, and must not have the password; two
// callers need it. With one text everybody would have to remember. Here `shown` is the easy one, and `revealed` says in
// its name what it does.
#pragma once

#include <string>
#include <string_view>

namespace qpkg {

/// Where a repository is: a directory, or an address with a scheme. What is secret about an address, a password or a
/// token in its query, is kept apart: what people see, what is recorded and what is published has `shown`; only who
/// connects, and who keeps secrets, may ask for `revealed`.
class Location {
public:
    /// Schemes in any case. Error usage for blanks, control characters and fragments in an address.
    static Location require(std::string_view typed);

    bool is_http() const;
    /// "https://bob:***@host/site?***". Reading it again gives a location that lacks its secret.
    const std::string& shown() const noexcept { return shown_; }
    /// "https://bob:hush@host/site?token=1". Never for people, records or files that others may read.
    const std::string& revealed() const noexcept { return revealed_; }

    bool has_secret() const { return shown_ != revealed_; }
    bool lacks_secret() const;

private:
    Location(std::string revealed, std::string shown);

    std::string revealed_;
    std::string shown_;
};

} // namespace qpkg
