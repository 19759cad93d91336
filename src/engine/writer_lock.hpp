// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why there are two locks. `writing` is for whoever changes the state: there is one writer, and readers need no lock at
// all, since SQLite's write-ahead log and files that are renamed into place let them see a whole state. `fetching` is
// for whoever brings something from outside. A sender may take hours, and a writer that waited for it would keep
// everybody from removing an app meanwhile. So what comes in is laid aside under the fetch lock, where no writer looks,
// and the writer lock is taken when all is there. Neither is waited for: who finds a lock held is told by whom.
//
// It is a lock of the open file description: it ends with its process, also after a kill, and no fork or second open
// gives it away. A file with a process number in it, the alternative, outlives its process and is then wrong.
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
