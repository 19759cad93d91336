// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>

namespace qpkg::local {

/// Makes this process one of its own and of no caller: limits as the host's first process has them, usual priority, all
/// processors, a keyring of its own, no signals ignored or blocked. What runs in a place must not depend on which
/// command began it.
void become_independent();

/// A control group (version 2) for this process and all that come from it, beside the caller's: the end of his session
/// is not the end of the place. Without control groups there is none.
class PlaceGroup {
public:
    explicit PlaceGroup(const std::filesystem::path& hierarchy = "/sys/fs/cgroup",
                        const std::filesystem::path& own = "/proc/self/cgroup");

    const std::optional<std::filesystem::path>& path() const noexcept { return path_; }

    /// By its last process, which leaves it.
    void remove();

private:
    std::filesystem::path before_; ///< where this process came from
    std::optional<std::filesystem::path> path_;
};

} // namespace qpkg::local
