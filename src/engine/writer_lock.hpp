// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace qpkg::engine {

/// `writing`: the one exclusive lock for writers of a state directory. It is held while something is changed, never
/// while somebody outside is waited for. `fetching`: of whoever lays aside what comes from outside; taken before the
/// other.
enum class LockFor { writing, fetching };

/// Readers need none. Dies with its process.
class WriterLock {
public:
    /// Error busy names the process and command that holds it.
    static WriterLock take(const std::filesystem::path& root, std::string_view command,
                           LockFor purpose = LockFor::writing);
    /// Nothing when somebody else holds it.
    static std::optional<WriterLock> try_take(const std::filesystem::path& root, std::string_view command,
                                              LockFor purpose = LockFor::writing);

private:
    explicit WriterLock(Fd fd) : fd_(std::move(fd)) {}

    Fd fd_;
};

} // namespace qpkg::engine
