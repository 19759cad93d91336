// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why scratch directories are locked. A killed build leaves gigabytes behind, and nothing records them. So each build
// locks its directory; the lock ends with the process, however it ends, and the next build removes whatever nobody
// holds. Names with process numbers, the alternative, cannot tell a dead build from a new process with the same number.
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/core/files.hpp"

#include <filesystem>
#include <optional>

namespace qpkg::app {

/// A directory below `parent` (made when absent) for one build. Removed at the end of its life; what builds that were
/// killed left beside it, under the same prefix, is removed by the next one, while those that still run keep theirs.
class Scratch {
public:
    explicit Scratch(const std::filesystem::path& parent, std::string_view prefix = "build-");

    const std::filesystem::path& path() const noexcept { return directory_->path(); }

private:
    std::optional<files::TemporaryDirectory> directory_;
    Fd in_use_; ///< a lock on the directory that ends with this process
};

/// Removes every directory below `parent` that a killed program left; where there is no `parent`, nothing.
void remove_abandoned_scratch(const std::filesystem::path& parent);

} // namespace qpkg::app
