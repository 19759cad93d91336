// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace qpkg::engine {

/// A file that is there to be removed: on a full disk, giving space back begins with rows that are deleted, and those
/// take some first. It holds an inode, too.
class Reserve {
public:
    explicit Reserve(const std::filesystem::path& root);

    /// What it held is free when this returns.
    void give_up() const;
    /// Whatever stands in its way is no failure: it is tried again by each command that writes.
    void make() const;

private:
    std::filesystem::path path_;
};

} // namespace qpkg::engine
