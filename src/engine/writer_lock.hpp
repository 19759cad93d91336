// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/fd.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace qpkg::engine {

/// The one exclusive lock for writers of a state directory. Readers need none. Dies with its process.
class WriterLock {
public:
    /// Error busy names the process and command that holds it.
    static WriterLock take(const std::filesystem::path& root, std::string_view command);
    /// Nothing when somebody else holds it.
    static std::optional<WriterLock> try_take(const std::filesystem::path& root, std::string_view command);

private:
    explicit WriterLock(Fd fd) : fd_(std::move(fd)) {}

    Fd fd_;
};

} // namespace qpkg::engine
