// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// Groups of processes that the kernel counts together (cgroups(7)). libc only.
///
/// Groups are named by the process that made them, so that what a killed one left is recognised and removed by the
/// next.
namespace qpkg::control_groups {

/// A process's group below the hierarchy of `controller`, for example "/user.slice", by its `table`, /proc/PID/cgroup.
/// The hierarchy of version 2 has the controller "". Nothing when it is in none.
std::optional<std::string> group_in(const std::filesystem::path& table, std::string_view controller);

/// The directory `parent`/`prefix`PID, made, while those of processes that are gone are removed. Nothing when it cannot
/// be made: in a container that may not.
std::optional<std::filesystem::path> make(const std::filesystem::path& parent, std::string_view prefix);

} // namespace qpkg::control_groups
