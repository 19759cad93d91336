// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/fetch/directory_fetcher.hpp"
#include "adapters/ostree/content_store.hpp"
#include "adapters/ostree/served/archive.hpp"
#include "adapters/zstd/packing.hpp"
#include "app/publish/keys.hpp"
#include "app/publish/publish.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/owners.hpp"
#include "support/releases.hpp"
#include "support/trees.hpp"

namespace qpkg::testing {

class FixedClock final : public Clock {
public:
    explicit FixedClock(std::int64_t at) : time(at) {}
    std::int64_t now() const override { return time; }

    std::int64_t time; ///< seconds since 1970
};

/// Somebody with keys, a place to build, and a repository on disk.
class Publisher {
public:
    static constexpr std::int64_t start = 1'790'000'000; ///< seconds since 1970
    static constexpr std::int64_t day = 86'400;

    Publisher() { app::new_keys({.directory = keys(), .passphrase = std::nullopt}); }

    fs::path keys() const { return root_.path() / "keys"; }
    fs::path site() const { return root_.path() / "site"; }
    const fs::path& root() const { return root_.path(); }

    /// A directory as `qpkg build --out` makes it; other content, other commit.
    fs::path build(const std::string& app_id, const std::string& content)
    {
        const auto directory = root_.path() / "out" / (app_id + "-" + content);
        fs::create_directories(directory);
        TreeMaker tree(root_.path() / ("tree-" + app_id + "-" + content));
        tree.file("usr/bin/hello", "#!/bin/sh\necho " + content + "\n", 0755);
        auto release = a_release(app_id, 0);
        release.version = content;
        const auto summary = content_.commit_tree({.tree = tree.root(),
                                                   .ref = release.tree.ref,
                                                   .subject = "test",
                                                   .timestamp = release.inputs.source_date_epoch,
                                                   .metadata = {{"qpkg.app", app_id}}},
                                                  quiet_);
        ostree::Archive(directory / "ostree")
            .add(summary.commit, root_.path() / "content", release.tree.ref, nullptr, quiet_);
        release.tree.commit = summary.commit;
        release.tree.objects = summary.objects;
        release.tree.size = summary.size;
        release.tree.archive_size = 0;
        files::write(directory / "module.toml", "recipe");
        files::write(directory / "module.lock", "lock");
        release.details = write_packed(directory / packed_details_file, encode_details({}));
        release.owners = write_packed(directory / packed_owners_file, encode_owners({}, {}));
        files::write(directory / "manifest.json", encode_manifest(release));
        return directory;
    }

    app::PublishRequest request(std::vector<fs::path> modules) const
    {
        return {.modules = std::move(modules),
                .withdrawals = {},
                .repository = site(),
                .keys = keys(),
                .passphrase = std::nullopt};
    }
    app::PublishReport publish(std::vector<fs::path> modules) { return publish(request(std::move(modules))); }
    app::PublishReport publish(const app::PublishRequest& request)
    {
        return app::publish(
            app::PublisherPorts{
                clock, quiet_,
                [](const std::string& location) { return std::make_unique<fetch::DirectoryFetcher>(location); },
                [](const fs::path& archive) { return std::make_unique<ostree::Archive>(archive); }, zstd::unpack},
            request);
    }

    FixedClock clock{start};

private:
    static PinnedFile write_packed(const fs::path& file, const std::string& raw)
    {
        const auto packed = zstd::pack(raw);
        files::write(file, packed);
        return {sha256(raw), raw.size(), sha256(packed), packed.size()};
    }

    files::TemporaryDirectory root_ = scratch();
    ostree::OstreeContentStore content_{root_.path() / "content"};
    NoProgress quiet_;
};

} // namespace qpkg::testing
