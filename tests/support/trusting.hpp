// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/manifest.hpp"
#include "signing/client.hpp"
#include "signing/memory_trust_store.hpp"
#include "support/site.hpp"

namespace qpkg::testing {

/// A machine that added this site when the site's root was what it is now.
class Trusting {
public:
    explicit Trusting(Site& from) : repository(from.repository()), site(from)
    {
        client().init(site.files.at("tuf/" + std::to_string(site.root.header.version) + ".root.json"));
    }

    /// A new operation: everything is read from the store again.
    trust::TrustClient client() { return {store, repository, now}; }
    trust::RefreshReport refresh() { return client().refresh(site); }
    const RepoName& name() const { return repository.name; }

    std::int64_t now = Site::start;
    Repository repository;
    trust::MemoryTrustStore store;

private:
    Site& site;
};

} // namespace qpkg::testing
