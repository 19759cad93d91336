// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a publication is written in this order: objects, deltas, inputs, details, manifest, publisher, targets, snapshot;
// then all of it is read as two clients would, one that knew the repository and one that did not; then roots of changed
// keys, and last timestamp.json. Every file but that one has a name that nothing pointed at before. So readers see the
// old state until the last rename and the new one after it, and a kill anywhere leaves files that the next run uses or
// writes again.
//
// New roots wait for the end because a client that sees one asks at once for roles signed by its keys. To be read as a
// client before it shows is what keeps a publisher from publishing what every client refuses.
//
// Everything is decided, and every key found, before the first byte is written.
#pragma once

#include "app/publish/keys.hpp"
#include "app/publish/publish.hpp"
#include "app/publish/publish_module.hpp"
#include "app/publish/signing_request.hpp"
#include "app/publish/site.hpp"
#include "signing/client.hpp"
#include "signing/dates.hpp"

#include <map>

/// Only for publish.cpp: one run of `publish`.
namespace qpkg::app {

// Half of it is left when a role is signed again.
using trust::Lifetimes;

/// A role as it will be, and whether that differs from what is served.
template <class T>
struct Edited {
    T role;
    bool changed = false;
};

/// One run of `publish`: decides everything first, then writes in the order in which a client must find things.
class Publication {
public:
    Publication(const PublisherPorts& ports, const PublishRequest& request, const std::vector<BuiltModule>& modules,
                KeyRing& ring);

    PublishReport run();
    /// Decides what `run` would do.
    PublishReport look();

private:
    struct Planned {
        const BuiltModule* module; ///< null: promoted, and everything is there already
        Release release;
        bool is_new;
        Digest manifest; ///< of the manifest once it is known
    };

    tuf::Root new_root() const;
    void choose_publisher();
    tuf::Delegation* own_delegation();
    void take_namespaces(tuf::Delegation& own);
    void open_publisher(const std::string& name);
    void tell_ostree_key();
    void tell_open_keys();
    void decide();
    void plan_key_change();
    void plan_releases();
    void plan_promotions();
    void plan_promotion(const Promotion& promotion);
    void plan(const BuiltModule* module, Release release);
    void plan_withdrawals();
    void plan_retirements();
    void plan_renewals();
    void gather_signers();
    void require_keys() const;
    template <class Need>
    void each_needed(const Need& need) const;
    trust::Signers root_signers();

    std::vector<std::string> to_prepare() const;
    void prepare();
    std::vector<std::string> evidence() const;
    bool attaches_only_a_root() const;
    void read_attached();
    void attach();
    void attach_root(const ToSign& file);
    void attach_targets(const ToSign& file);
    void attach_publisher(const ToSign& file);
    std::string attached_bytes(const ToSign& file);
    template <class T>
    std::string signed_file(const std::string& name, Edited<T>& edited, std::int64_t lifetime);
    void write_changed();

    void write_objects(Planned& planned);
    void write_listed(Planned& planned, const CommitSigner& signer);
    void write_inputs(const BuiltModule& module) const;
    void write_kept_inputs(const BuiltModule& module) const;
    void write_kept_input(const Digest& input) const;
    void write_tables(const BuiltModule& module) const;
    std::vector<CommitId> earlier_commits(const Release& release) const;
    void write_deltas(Release& release, const CommitSigner& signer) const;
    void write_root();
    void write_publisher();
    void write_targets();
    void write_snapshot();
    std::string sign_timestamp();
    void check_as_client(const std::string& timestamp);
    void judge_freshness(TrustStore& store, const Repository& repository);
    void check_listed(const trust::TrustClient& client, Fetcher& fetcher) const;
    std::string renewal() const;
    PublishReport report() const;

    /// Too little time is left, or so much that it was signed by a clock that ran ahead.
    template <class T>
    bool is_due(const T& role, std::int64_t lifetime) const
    {
        const auto left = role.header.expires - now_;
        return left < lifetime / 2 || left > lifetime + trust::day;
    }
    template <class T>
    void renew(Edited<T>& edited, std::int64_t lifetime)
    {
        ++edited.role.header.version;
        edited.role.header.expires = now_ + lifetime;
    }
    void write_role(const std::string& file, const std::string& bytes, std::string_view fault) const;

    const PublisherPorts& ports_;
    const PublishRequest& request_;
    const std::vector<BuiltModule>& modules_;
    KeyRing& ring_;
    SiteState state_;
    std::int64_t now_;
    Edited<tuf::Root> root_;
    Edited<tuf::Targets> targets_;
    Edited<tuf::Targets> publisher_;
    Edited<tuf::Snapshot> snapshot_;
    Edited<tuf::Timestamp> timestamp_;
    std::string publisher_name_;
    std::vector<Planned> planned_;
    std::map<std::string, trust::Signers> signers_;
    std::map<std::string, std::string> attached_; ///< role → its file, signed elsewhere
    std::map<std::string, std::string> late_;     ///< path → file: roots that show just before the timestamp
    PublishReport report_;
};

} // namespace qpkg::app
