// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/location.hpp"

#include <string>

namespace qpkg::fetch {

/// An http(s) location taken apart: paths go between its own path and its query.
class Address {
public:
    /// Error usage for what is no URL.
    explicit Address(const Location& location);

    std::string url_of(const std::string& path) const; ///< without user and password
    std::string shown_of(const std::string& path) const;

    std::string user;     ///< decoded
    std::string password; ///< decoded
    bool encrypted;       ///< https

private:
    std::string base_;
    std::string query_; ///< with its question mark
    std::string shown_;
};

} // namespace qpkg::fetch
