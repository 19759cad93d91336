// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why adapters are built in one place. Everything else takes ports, so what the program really touches can be read
// here: which file is the database, where volumes lie, what a backend gets. It is also where tests put stand-ins for
// the tools of Qubes, by environment variables.
#pragma once

#include "app/world.hpp"
#include "cli/options.hpp"

#include <memory>

namespace qpkg::cli {

/// The real adapters below one state directory. Nothing else in the program constructs any.
class Adapters {
public:
    /// `overlooked`: as if there were no database.
    enum class Records { read, overlooked };

    explicit Adapters(const Options& options, Records records = Records::read);
    ~Adapters();

    /// At first it reads: nothing below the state directory is made or changed, so that anybody can, on any disk. What
    /// is verified of repositories meanwhile waits.
    app::World& world();
    /// From here on it writes. The caller holds the lock.
    void make_writable();
    /// Something that waits is newer than what is written down.
    bool has_news() const;
    /// What is verified of repositories waits again.
    void stop_writing();
    /// The object store is there: what comes from outside can be laid aside in it.
    void make_fetchable();

private:
    struct Set;
    std::unique_ptr<Set> set_;
};

} // namespace qpkg::cli
