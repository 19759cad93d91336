// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// UNIX stream sockets by which open files travel (unix(7), SCM_RIGHTS). libc only.
namespace qpkg::unix_sockets {

inline constexpr std::size_t most = 128; ///< with one message

/// Both ends of a connection.
std::pair<Fd, Fd> make_connection();

/// A socket `name` in a directory, however long its path is. Only its owner may connect. Error failed.
Fd listen_in(const Fd& directory, const std::string& name);

/// Nothing when nobody listens there. Without a directory: in the working directory.
Fd connect_in(const Fd& directory, const std::string& name);

/// All bytes; the descriptors come with the first of them, so not without any. False when nobody listens any more.
bool send(const Fd& socket, std::string_view bytes, std::span<const int> fds = {});

struct Received {
    std::string bytes; ///< empty: the other end is gone
    std::vector<Fd> fds;
};

/// What has come, or comes next.
Received receive(const Fd& socket);

} // namespace qpkg::unix_sockets
