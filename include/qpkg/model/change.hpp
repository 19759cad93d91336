// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why changes say what they were planned on. `AdvanceQube` and `PointQube` name the generation that the plan saw. The
// database compares it inside the transaction, so two commands that planned at the same time cannot both win, even
// where no lock was held while a person read the plan. Each kind of change is a struct, and the database's visitor has
// to know every one.
#pragma once

#include "qpkg/model/state.hpp"

#include <cstdint>
#include <variant>

namespace qpkg {

struct CreateQube {
    Qube qube; ///< with its empty generation 0
    friend bool operator==(const CreateQube&, const CreateQube&) = default;
};

/// The record is of the qube with this identity.
struct IdentifyQube {
    QubeName name;
    std::string identity;
    friend bool operator==(const IdentifyQube&, const IdentifyQube&) = default;
};

struct RemoveQube {
    QubeName name;
    friend bool operator==(const RemoveQube&, const RemoveQube&) = default;
};

/// The qube's wanted bindings become `next`, if generation `planned_on` is still the current one.
struct AdvanceQube {
    QubeName name;
    std::uint64_t planned_on;
    Generation next;
    friend bool operator==(const AdvanceQube&, const AdvanceQube&) = default;
};

/// An existing generation becomes the wanted one again, if `planned_on` is still the current one.
struct PointQube {
    QubeName name;
    std::uint64_t planned_on;
    std::uint64_t to;
    friend bool operator==(const PointQube&, const PointQube&) = default;
};

struct SetLayout {
    QubeName name;
    Layout layout;
    friend bool operator==(const SetLayout&, const SetLayout&) = default;
};

/// Generations that nobody can roll back to any more.
struct DropGenerations {
    QubeName name;
    std::vector<std::uint64_t> numbers;
    friend bool operator==(const DropGenerations&, const DropGenerations&) = default;
};

struct SetBase {
    Base base; ///< added; where its commit is recorded, that row becomes this
    friend bool operator==(const SetBase&, const SetBase&) = default;
};

/// A release of a base that no generation names.
struct RemoveBase {
    CommitId commit;
    friend bool operator==(const RemoveBase&, const RemoveBase&) = default;
};

/// What was known of the same root is replaced.
struct AdoptBase {
    AdoptedBase base;
    friend bool operator==(const AdoptBase&, const AdoptBase&) = default;
};

struct ForgetAdopted {
    QubeName root;
    friend bool operator==(const ForgetAdopted&, const ForgetAdopted&) = default;
};

struct SetRepository {
    Repository repository;
    friend bool operator==(const SetRepository&, const SetRepository&) = default;
};

/// Its trusted metadata goes with it; releases that are bound stay known.
struct RemoveRepository {
    RepoName name;
    friend bool operator==(const RemoveRepository&, const RemoveRepository&) = default;
};

struct LearnRelease {
    KnownRelease release;
    friend bool operator==(const LearnRelease&, const LearnRelease&) = default;
};

struct ForgetRelease {
    ManifestId id;
    friend bool operator==(const ForgetRelease&, const ForgetRelease&) = default;
};

using Change =
    std::variant<CreateQube, IdentifyQube, RemoveQube, AdvanceQube, PointQube, SetLayout, DropGenerations, SetBase,
                 RemoveBase, AdoptBase, ForgetAdopted, SetRepository, RemoveRepository, LearnRelease, ForgetRelease>;

} // namespace qpkg
