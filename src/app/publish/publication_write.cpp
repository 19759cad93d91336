// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publication.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/origin.hpp"
#include "repo-format/repo/owners.hpp"
#include "repo-format/repo/rebuild.hpp"
#include "signing/memory_trust_store.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {

void Publication::write_objects(Planned& planned)
{
    const trust::OstreeSigner signer(ring_.secret("ostree"));
    auto& release = planned.release;
    const auto archive = ports_.archive_repository(request_.repository / "ostree");
    if (planned.module == nullptr) {
        archive->set_ref(served_ref(release), release.tree.commit);
        write_listed(planned, signer);
        return;
    }
    release.tree.archive_size = with_context("publish " + release.app.text(), [&] {
        try {
            return archive->add(release.tree.commit, planned.module->directory / "ostree", served_ref(release), &signer,
                                ports_.progress);
        } catch (const Error& error) {
            if (error.code() != Code::corrupt) {
                throw;
            }
            throw Error(Code::corrupt, error.what(),
                        planned.module->directory.string() + " was damaged after the build: qpkg build makes it again");
        }
    });
    fault_point("publish.objects");
    write_inputs(*planned.module);
    write_kept_inputs(*planned.module);
    write_tables(*planned.module);
    write_listed(planned, signer);
}

/// Its deltas and its manifest, and its place in the list.
void Publication::write_listed(Planned& planned, const CommitSigner& signer)
{
    auto& release = planned.release;
    write_deltas(release, signer);
    const auto bytes = encode_manifest(release);
    planned.manifest = sha256(bytes);
    const auto path = target_path(release.app, release.arch, release.channel, release.sequence);
    publisher_.role.targets.insert_or_assign(path, list_entry(release, bytes, now_));
    write_site_file(request_.repository, target_file(path, planned.manifest), bytes, "publish.manifest");
}

/// For those who build it again.
void Publication::write_inputs(const BuiltModule& module) const
{
    for (const auto* name : {"module.toml", "module.lock"}) {
        const auto bytes = files::read(module.directory / name, largest_input);
        write_site_file(request_.repository, input_path(sha256(bytes)), bytes, "publish.input");
    }
}

void Publication::write_kept_input(const Digest& input) const
{
    if (std::filesystem::exists(request_.repository / input_path(input))) {
        return;
    }
    const auto file = request_.inputs / input.hex();
    const auto bytes = files::read(file, largest_kept_input);
    if (sha256(bytes) != input) {
        throw Error(Code::corrupt, file.string() + ": the bytes do not match the name",
                    "remove it, and build the module again: qpkg build --inputs");
    }
    write_site_file(request_.repository, input_path(input), bytes, "publish.kept-input");
}

/// Package files and the lists that prove them; the table that names the lists last.
void Publication::write_kept_inputs(const BuiltModule& module) const
{
    const auto origin = files::read_if_exists(module.directory / origin_file, largest_origin);
    if (!origin || request_.inputs.empty()) {
        return;
    }
    for (const auto& package : packages_in_lock(files::read(module.directory / "module.lock", largest_input))) {
        write_kept_input(package);
    }
    for (const auto& list : parse_origin(*origin)) {
        write_kept_input(list.file.packed_sha256);
    }
    write_site_file(request_.repository, origin_path(module.draft.inputs.lock), *origin, "publish.origin");
}

/// What the module says of itself.
void Publication::write_tables(const BuiltModule& module) const
{
    const auto tables = read_tables(module, ports_.unpack_file);
    write_site_file(request_.repository, packed_details_path(module.draft.details), tables.details, "publish.details");
    write_site_file(request_.repository, packed_owners_path(module.draft.owners), tables.owners, "publish.owners");
}

void Publication::write_role(const std::string& file, const std::string& bytes, std::string_view fault) const
{
    write_site_file(request_.repository, "tuf/" + file, bytes, fault);
}

template <class T>
std::string Publication::signed_file(const std::string& name, Edited<T>& edited, std::int64_t lifetime)
{
    if (const auto found = attached_.find(name); found != attached_.end()) {
        return found->second;
    }
    renew(edited, lifetime);
    return trust::sign_file(tuf::encode(edited.role), signers_.at(name));
}

void Publication::write_root()
{
    const auto bytes = signed_file("root", root_, Lifetimes::root);
    const auto file = std::to_string(root_.role.header.version) + ".root.json";
    if (!state_.timestamp) {
        write_role(file, bytes, "publish.root");
    } else {
        // Clients that see it ask for roles signed by its keys: it must not show long before they do.
        late_.emplace("tuf/" + file, bytes);
    }
}

void Publication::write_publisher()
{
    const auto bytes = signed_file(publisher_name_, publisher_, Lifetimes::publisher);
    const auto version = publisher_.role.header.version;
    if (bytes.size() > tuf::largest_publisher) {
        throw Error(Code::no_space,
                    "publisher " + publisher_name_ + ": its list would have " + std::to_string(bytes.size()) +
                        " bytes, allowed are " + std::to_string(tuf::largest_publisher),
                    "withdraw old releases");
    }
    write_role(std::to_string(version) + "." + publisher_name_ + ".json", bytes, "publish.publisher");
    snapshot_.role.roles.insert_or_assign(publisher_name_, tuf::FileInfo{version, bytes.size(), sha256(bytes)});
}

void Publication::write_targets()
{
    const auto bytes = signed_file("targets", targets_, Lifetimes::targets);
    const auto version = targets_.role.header.version;
    write_role(std::to_string(version) + ".targets.json", bytes, "publish.targets");
    snapshot_.role.roles.insert_or_assign("targets", tuf::FileInfo{version, bytes.size(), sha256(bytes)});
}

void Publication::write_snapshot()
{
    const auto bytes = signed_file("snapshot", snapshot_, Lifetimes::snapshot);
    const auto version = snapshot_.role.header.version;
    write_role(std::to_string(version) + ".snapshot.json", bytes, "publish.snapshot");
    timestamp_.role.snapshot = {version, bytes.size(), sha256(bytes)};
}

std::string Publication::sign_timestamp()
{
    renew(timestamp_, Lifetimes::timestamp);
    timestamp_.role.issued = now_;
    return trust::sign_file(tuf::encode(timestamp_.role), signers_.at("timestamp"));
}

/// Reads the staged repository as two clients: one that knew the repository before, and one that has never seen it.
void Publication::check_as_client(const std::string& timestamp)
{
    const auto location = request_.repository.string();
    const auto first = files::read(request_.repository / "tuf/1.root.json", tuf::largest_root);
    Repository repository{.name = RepoName::require("staged"),
                          .location = location,
                          .fingerprint = trust::root_fingerprint(*trust::verify_first_root(first)),
                          .namespaces = {},
                          .offline_grace = 0};
    for (const auto& delegation : targets_.role.delegations) {
        std::ranges::copy(delegation.namespaces, std::back_inserter(repository.namespaces));
    }
    auto files = late_;
    files.emplace("tuf/timestamp.json", timestamp);
    const auto next = staged(ports_.fetcher(location), std::move(files));
    for (const bool knew_it : {true, false}) {
        trust::MemoryTrustStore store;
        trust::TrustClient client(store, repository, now_);
        client.init(first);
        if (knew_it && state_.timestamp && state_.outdated.empty()) {
            client.refresh(*ports_.fetcher(location));
        }
        client.refresh(*next);
        trust::require_none(client.problems());
        check_listed(client, *next);
        if (!knew_it) {
            judge_freshness(store, repository);
        }
    }
}

/// What a client without grace would say now, and on the last day on which this timestamp holds.
void Publication::judge_freshness(TrustStore& store, const Repository& repository)
{
    const auto worst = [&](std::int64_t at) {
        const trust::TrustClient client(store, repository, at);
        auto found = client.freshness();
        for (const auto& release : client.listed()) {
            const auto other = client.freshness(release);
            found = release.publisher == publisher_name_ && other.expires < found.expires ? other : found;
        }
        return found;
    };
    const auto today = worst(now_);
    if (today.expires <= now_) {
        report_.refused.push_back(today.role + ".json has expired on " + text::iso_date(today.expires) +
                                  ": clients install nothing new until its keys sign it again");
        return;
    }
    const auto last_day = timestamp_.role.header.expires - trust::day;
    if (const auto then = worst(last_day); then.expires <= last_day) {
        report_.notes.push_back("from " + text::iso_date(then.expires) + " on clients install nothing new: " +
                                then.role + ".json expires, unless its keys sign it again");
    }
}

void Publication::check_listed(const trust::TrustClient& client, Fetcher& fetcher) const
{
    const auto listed = client.listed();
    for (const auto& planned : planned_) {
        const auto found = std::ranges::find(listed, ManifestId(planned.manifest), &trust::ListedRelease::manifest);
        if (found == listed.end() || client.fetch_release(*found, fetcher).release != planned.release) {
            throw Error(Code::bug,
                        "publish " + planned.release.app.text() + ": a client would not find it as it was built");
        }
    }
}

/// The command that signs again what is due.
std::string Publication::renewal() const
{
    return "qpkg publish --repo " + request_.repository.string() +
           " --keys DIR (from afar: with --prepare, sign, --attach)";
}

PublishReport Publication::report() const
{
    auto made = report_;
    made.fingerprint = trust::root_fingerprint(root_.role);
    made.publisher = publisher_name_;
    made.changed = timestamp_.changed;
    made.root_version = root_.role.header.version;
    made.version = timestamp_.role.header.version;
    made.expires = timestamp_.role.header.expires;
    for (const auto& planned : planned_) {
        const auto& release = planned.release;
        made.releases.push_back({.app = release.app,
                                 .version = release.version,
                                 .channel = release.channel,
                                 .arch = release.arch,
                                 .sequence = release.sequence,
                                 .download = release.tree.archive_size,
                                 .commit = release.tree.commit,
                                 .manifest = ManifestId(planned.manifest),
                                 .is_new = planned.is_new});
    }
    const auto warn = [&](const std::string& role, std::int64_t expires) {
        if (expires > now_ && expires - now_ < 60 * trust::day) {
            made.notes.push_back(role + ".json expires on " + text::iso_date(expires) +
                                 "; before that, where its keys are: " + renewal());
        }
    };
    warn("root", root_.role.header.expires);
    warn("targets", targets_.role.header.expires);
    return made;
}

void Publication::write_changed()
{
    if (root_.changed) {
        write_root();
    }
    if (publisher_.changed) {
        write_publisher();
    }
    if (targets_.changed) {
        write_targets();
    }
    if (snapshot_.changed) {
        write_snapshot();
    }
    const auto timestamp = sign_timestamp();
    with_context("check what would be published", [&] { check_as_client(timestamp); });
    interrupt::throw_if_requested();
    for (const auto& [path, bytes] : late_) {
        write_site_file(request_.repository, path, bytes, "publish.root");
    }
    write_role("timestamp.json", timestamp, "publish.timestamp");
}

PublishReport Publication::look()
{
    if (request_.attach) {
        read_attached();
    } else {
        decide();
    }
    if (request_.prepare && timestamp_.changed) {
        require_empty(*request_.prepare);
        report_.prepared = to_prepare();
    } else if (timestamp_.changed && !attaches_only_a_root()) {
        require_keys();
        renew(timestamp_, Lifetimes::timestamp);
    }
    return report();
}

PublishReport Publication::run()
{
    if (request_.attach) {
        attach();
        return report();
    }
    decide();
    if (!timestamp_.changed) {
        with_context("check what is published", [&] { check_as_client(state_.timestamp->bytes()); });
        return report();
    }
    if (!request_.prepare) {
        gather_signers();
    }
    for (auto& planned : planned_) {
        interrupt::throw_if_requested();
        if (planned.is_new) {
            write_objects(planned);
        }
    }
    if (request_.prepare) {
        prepare();
    } else {
        write_changed();
    }
    return report();
}

} // namespace qpkg::app
