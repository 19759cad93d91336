// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what goes off a list stays for a while, and how it is known when it may go. A client that read the list
// yesterday still asks for what it named. Lists that were replaced lie in the repository, signed, and tell when: so
// nothing has to be remembered. What no list names that somebody may still hold is removed, and those old lists last,
// so a run that is killed is finished by the next one. As long as nothing went off a list no object is looked at.
#pragma once

#include "app/publish/publish.hpp"

#include "qpkg/ports/archive_repository.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace qpkg::app {

/// Days after which nobody is expected to hold a list that another one replaced.
inline constexpr std::int64_t days_of_old_lists = 30;

/// Signs the summary anew when names go; null in a mirror, whose summary is its source's.
using SummarySigner = std::function<std::unique_ptr<CommitSigner>()>;

/// Removes releases that no list of the last `days_of_old_lists` days names, with their objects and inputs, and older
/// lists. Called by whoever has the repository's lock. Returns bytes given back, as the file system counts them.
/// Errors: corrupt (the repository contradicts itself: then nothing is removed).
std::uint64_t prune_site(const PublisherPorts& ports, const std::filesystem::path& site, const SummarySigner& signer);

} // namespace qpkg::app
