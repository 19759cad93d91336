// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a full disk has something to give back. SQLite needs space even to delete rows, and rows must go before the
// content that they name. A reserve of one MiB is therefore kept and removed first. Where there is none, content that
// no row names goes before the rows (`collect` in transaction.cpp), which the order law allows. It is made again only
// where there is plenty of space: a reserve must not be what fills the disk.
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
