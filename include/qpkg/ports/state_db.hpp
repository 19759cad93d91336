// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/change.hpp"
#include "qpkg/model/state.hpp"

#include <optional>
#include <span>

namespace qpkg {

/// What is wanted, durable. One transaction per `commit`; that moment is the moment an install happens.
class StateDb {
public:
    virtual ~StateDb() = default;

    /// One consistent reading; `Snapshot::volumes` and `commits` are left empty (they are the stores' to say).
    virtual Snapshot snapshot() const = 0;

    /// Whether it knows of no base, qube and release.
    virtual bool is_blank() const = 0;

    /// The repository an app was first installed from: that of the first release of it that a qube was bound to.
    virtual std::optional<RepoName> pinned(const AppId& app) const = 0;

    /// All changes or none. Error conflict when one of them was planned for a state that is no longer current.
    virtual void commit(std::span<const Change> changes) = 0;
};

} // namespace qpkg
