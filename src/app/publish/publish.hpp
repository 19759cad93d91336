// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/publish/keys.hpp"
#include "app/publish/retention.hpp"
#include "app/publish/rotation.hpp"
#include "app/world.hpp"
#include "repo-format/repo/notices.hpp"

#include "qpkg/model/release.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// Releases that no longer may be installed: all of an app, or one of them. What is installed already stays.
struct Withdrawal {
    AppId app;
    std::optional<std::string> version; ///< nothing: every release of the app
};

/// The newest release of a channel becomes one of another, too: the same commit, volume and core.
struct Promotion {
    AppId app;
    Channel from;
    Channel to;
};

struct PublishRequest {
    /// Directories as `qpkg build --out` makes them: manifest.json (sequence 0), module.toml, module.lock and ostree/.
    /// None: the repository is only signed again, so that its metadata does not expire.
    std::vector<std::filesystem::path> modules;
    std::vector<Withdrawal> withdrawals;
    std::vector<Promotion> promotions = {};
    std::vector<tuf::Notice> notices = {};         ///< what is told of apps; one that tells nothing takes it back
    std::optional<Channel> channel = std::nullopt; ///< of the modules; nothing: stable
    std::filesystem::path repository;              ///< made when it is not there
    std::filesystem::path keys;                    ///< directory of key files
    std::optional<std::string> passphrase;
    std::size_t deltas = 2;               ///< from so many earlier releases of the same line a static delta is made
    std::string publisher = "publisher";  ///< name of the role when a new one is made
    std::string command = "qpkg publish"; ///< shown to whoever meets the lock
    Agent agent = Agent::none;

    std::optional<KeyChange> key_change = std::nullopt;
    /// Without modules and withdrawals: only roles that have less than half of their time left are signed again.
    bool only_when_due = false;
    /// Where `qpkg build --inputs` kept what the modules were made of, for those who build again; empty: only recipes
    /// and lock files are published.
    std::filesystem::path inputs = {};
    /// Takes old releases off the list, and removes what went off it long ago; nothing: none.
    std::optional<Retention> retention = std::nullopt;
    /// Nothing is published: what root, targets and publisher keys are to sign is written to this directory.
    std::optional<std::filesystem::path> prepare = std::nullopt;
    /// Publishes what was prepared there and signed elsewhere; no modules, withdrawals or key changes beside it.
    std::optional<std::filesystem::path> attach = std::nullopt;
};

struct PublishedRelease {
    AppId app;
    std::string version;
    Channel channel;
    Arch arch;
    std::uint64_t sequence;
    std::uint64_t download; ///< bytes of its objects as served
    CommitId commit;
    ManifestId manifest;
    bool is_new; ///< false: the repository had it already
};

struct PublishReport {
    std::filesystem::path repository;
    std::string fingerprint;   ///< of the root, what users compare when they add the repository
    std::string publisher;     ///< role that signs the releases; empty when there is none yet
    bool created = false;      ///< the repository was made
    bool changed = false;      ///< anything was signed
    std::uint64_t version = 0; ///< of the timestamp
    std::int64_t expires = 0;  ///< of the timestamp, seconds since 1970: publish again before
    std::vector<std::string> new_namespaces;
    std::vector<PublishedRelease> releases;
    std::vector<std::string> withdrawn; ///< "org.example.hello 1.0-1"
    std::vector<std::string> retired;   ///< the same, by retention
    std::uint64_t pruned = 0;           ///< bytes of what went off the list long ago
    std::vector<std::string> prepared;  ///< files that wait for signatures: "2.root.json"
    std::uint64_t root_version = 0;
    std::vector<std::string> notes;
    /// Why no client installs anything new from it; then it was published in vain.
    std::vector<std::string> refused;
};

/// What publishing needs of the world.
struct PublisherPorts {
    const Clock& clock;
    Progress& progress;
    std::function<std::unique_ptr<Fetcher>(const std::string& location)> fetcher;
    /// Opens (making it when absent) an archive repository.
    std::function<std::unique_ptr<ArchiveRepository>(const std::filesystem::path& archive)> archive_repository;
    Unpack unpack_file;          ///< of what modules say of themselves
    MakeDeltas make_deltas = {}; ///< empty: none are made
};

/// Publishes into a directory of static files: objects, manifests, publisher, targets, snapshot; then everything is
/// read as a client would; last the timestamp, which is the moment it shows. Killed anywhere, the next call finishes.
/// Errors: not_found (module, key), conflict (a namespace belongs to another publisher, one app twice), untrusted (keys
/// that are not this repository's), corrupt (a module or the repository contradicts itself), busy.
PublishReport publish(const PublisherPorts& ports, const PublishRequest& request);
/// What it would publish, every key looked for and none opened. A release that is new has no manifest and no size yet:
/// both are known when its objects are. Nothing is written, and nobody is kept from writing. Errors as `publish`.
PublishReport plan_publication(const PublisherPorts& ports, const PublishRequest& request);

inline PublisherPorts publisher_ports(const World& world)
{
    return {world.clock, world.progress, world.fetcher, world.archive_repository, world.unpack_file, world.make_deltas};
}
inline PublishReport publish(World& world, const PublishRequest& request)
{
    return publish(publisher_ports(world), request);
}

} // namespace qpkg::app
