// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a relay, where the kernel can map owners of mounts. It cannot on a tmpfs before Linux 6.3, which is where these
// sockets lie; and sound servers and X11 ask the kernel who connects. A relay that is the owner is right for all.
#pragma once

#include <filesystem>

namespace qpkg::local {

/// A socket in the folder of a place that the qube's user may connect to: each connection goes on to `socket`, made by
/// a process that is the owner of that. Descriptors travel along. The relay ends with the place; one that is there
/// already is used. Error failed.
std::filesystem::path relayed_socket(const std::filesystem::path& socket, const std::filesystem::path& place);

} // namespace qpkg::local
