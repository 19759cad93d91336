// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/fd.hpp"

#include <filesystem>
#include <string_view>

namespace qpkg::engine {

/// The one exclusive lock for writers of a state directory. Readers need none. Dies with its process.
class WriterLock {
public:
    /// Error busy names the process and command that holds it.
    WriterLock(const std::filesystem::path& root, std::string_view command);

private:
    Fd fd_;
};

} // namespace qpkg::engine
