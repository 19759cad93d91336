// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/client.hpp"

#include "repo-format/fields.hpp"
#include "repo-format/manifest.hpp"
#include "signing/ostree_key.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/text.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace qpkg::trust {
namespace {

constexpr unsigned deepest_delegation = 4;

std::vector<std::string> common(const std::vector<std::string>& left, const std::vector<std::string>& right)
{
    std::vector<std::string> both;
    std::ranges::copy_if(left, std::back_inserter(both),
                         [&](const std::string& name) { return std::ranges::find(right, name) != right.end(); });
    return both;
}

/// Nothing for an entry of an architecture this qpkg does not know; Error corrupt for one that contradicts itself.
std::optional<ListedRelease> listed_release(const std::string& publisher, const std::string& path,
                                            const tuf::Target& target)
{
    const auto parts = text::split(path, '/');
    const auto arch = Arch::parse(parts.at(2));
    if (!arch) {
        return std::nullopt;
    }
    canonical::Fields custom(target.custom, "publisher " + publisher + ": " + text::escaped(path));
    ListedRelease release{.app = AppId::require(parts.at(0) + "." + parts.at(1), Code::corrupt),
                          .arch = *arch,
                          .channel = custom.id<Channel>("channel"),
                          .base = custom.id<BaseId>("base"),
                          .version = custom.text("version"),
                          .sequence = custom.number("sequence"),
                          .summary = custom.text("summary"),
                          .publisher = publisher,
                          .path = path,
                          .length = target.length,
                          .manifest = ManifestId(target.sha256)};
    if (release.sequence == 0 || path != target_path(release.app, *arch, release.channel, release.sequence)) {
        custom.fail("sequence", "channel and sequence are not those of the path");
    }
    return release;
}

void require_same(const Release& manifest, const ListedRelease& listed)
{
    const auto check = [](std::string_view what, const std::string& found, const std::string& expected) {
        if (found != expected) {
            throw Error(Code::corrupt, "its manifest says " + std::string(what) + " " + text::escaped(found) +
                                           ", the publisher's list says " + text::escaped(expected));
        }
    };
    check("app", manifest.app.text(), listed.app.text());
    check("architecture", manifest.arch.text(), listed.arch.text());
    check("channel", manifest.channel.text(), listed.channel.text());
    check("sequence", std::to_string(manifest.sequence), std::to_string(listed.sequence));
    check("base", manifest.base.text(), listed.base.text());
    check("version", manifest.version, listed.version);
}

std::string age(std::int64_t seconds)
{
    constexpr std::int64_t day = 86400;
    return seconds < 2 * day ? std::to_string(std::max<std::int64_t>(seconds, 0) / 3600) + " hours"
                             : std::to_string(seconds / day) + " days";
}

} // namespace

TrustClient::TrustClient(TrustStore& store, const Repository& repository, std::int64_t now)
    : store_(store), repository_(repository), updater_(store, repository.name, strict_profile(), now)
{
    load_publishers();
}

void TrustClient::load_publishers()
{
    publishers_.reset();
    const auto& snapshot = updater_.snapshot();
    const auto& targets = updater_.targets();
    if (!snapshot || !targets || !(*snapshot)->roles.at("targets").matches(targets->bytes())) {
        return;
    }
    try {
        publishers_ = walk([&](const Verified<tuf::Targets>& parent, const tuf::Delegation& delegation) {
            return updater_.stored(parent, delegation);
        });
    } catch (const Error&) {
        // What is stored cannot be used as a whole. Opening must go on, or no refresh could ever mend it.
        publishers_.reset();
    }
}

std::optional<std::vector<TrustClient::Publisher>> TrustClient::walk(const Obtain& obtain) const
{
    std::vector<Publisher> found;
    std::set<std::string> visited;
    bool complete = true;
    const std::function<void(const Verified<tuf::Targets>&, const std::vector<std::string>&, unsigned)> visit =
        [&](const Verified<tuf::Targets>& parent, const std::vector<std::string>& allowed, unsigned depth) {
            for (const auto& delegation : parent->delegations) {
                auto namespaces = common(delegation.namespaces, allowed);
                if (namespaces.empty() || !complete) {
                    continue;
                }
                if (!visited.insert(delegation.name).second) {
                    throw Error(Code::corrupt, "publisher " + delegation.name + " is delegated by two roles");
                }
                if (depth > deepest_delegation || visited.size() > strict_profile().most_roles) {
                    throw Error(Code::no_space, "publishers delegate too deep or too many, at " + delegation.name);
                }
                auto role = obtain(parent, delegation);
                if (!role) {
                    complete = false;
                    return;
                }
                found.push_back({delegation.name, namespaces, *role});
                visit(*role, namespaces, depth + 1);
            }
        };
    visit(*updater_.targets(), repository_.namespaces, 1);
    return complete ? std::optional(std::move(found)) : std::nullopt;
}

RefreshReport TrustClient::refresh(Fetcher& fetcher, Older older)
{
    RefreshReport report;
    try {
        with_context("repository " + repository_.name.text(), [&] { update(fetcher, report, older); });
    } catch (const Error& error) {
        if (error.code() == Code::untrusted || error.code() == Code::corrupt) {
            updater_.record("refused: " + std::string(error.what()));
        }
        throw;
    }
    report.root_version = (*updater_.root())->header.version;
    report.timestamp_version = (*updater_.timestamp())->header.version;
    return report;
}

void TrustClient::update(Fetcher& fetcher, RefreshReport& report, Older older)
{
    updater_.refresh(fetcher, report, older);
    if (!report.older) {
        update_publishers(fetcher, report);
    }
}

void TrustClient::update_publishers(Fetcher& fetcher, RefreshReport& report)
{
    publishers_.reset();
    publishers_ = walk([&](const Verified<tuf::Targets>& parent, const tuf::Delegation& delegation) {
        const bool changed_before = std::exchange(report.changed, false);
        auto role = updater_.delegated(parent, delegation, fetcher, report);
        if (report.changed) {
            note_strays(delegation, *role, report);
        }
        report.changed = report.changed || changed_before;
        return std::optional(std::move(role));
    });
}

/// What a publisher lists outside its namespaces is ignored, and a person may want to know.
void TrustClient::note_strays(const tuf::Delegation& delegation, const tuf::Targets& role, RefreshReport& report)
{
    for (const auto& [path, target] : role.targets) {
        if (!tuf::covers(delegation.namespaces, path)) {
            report.notes.push_back("publisher " + delegation.name + " lists " + text::escaped(path) +
                                   " outside its namespaces; it is ignored");
            updater_.record(report.notes.back());
        }
    }
}

Freshness TrustClient::freshness() const { return freshness_of(nullptr, {}); }

Freshness TrustClient::freshness(const ListedRelease& release) const
{
    if (publishers_) {
        const auto found = std::ranges::find(*publishers_, release.publisher, &Publisher::name);
        if (found != publishers_->end()) {
            return freshness_of(&*found->role, found->name);
        }
    }
    return freshness();
}

Freshness TrustClient::freshness_of(const tuf::Targets* publisher, const std::string& name) const
{
    const auto& root = updater_.require_root();
    if (!updater_.timestamp() || !updater_.snapshot() || !updater_.targets()) {
        throw Error(Code::not_found, "repository " + repository_.name.text() + ": no metadata is here yet",
                    "fetch it: qpkg repo check " + repository_.name.text());
    }
    Freshness worst{FreshnessState::fresh, "root", root->header.expires, now()};
    const auto consider = [&](const std::string& role, const tuf::Header& header) {
        if (header.expires < worst.expires) {
            worst.role = role;
            worst.expires = header.expires;
        }
    };
    consider("timestamp", (*updater_.timestamp())->header);
    consider("snapshot", (*updater_.snapshot())->header);
    consider("targets", (*updater_.targets())->header);
    if (publisher != nullptr) {
        consider(name, publisher->header);
    }
    if (worst.expires <= worst.now) {
        worst.state =
            worst.now - worst.expires < repository_.offline_grace ? FreshnessState::grace : FreshnessState::stale;
    }
    return worst;
}

void TrustClient::require_installable(const ListedRelease& release) const
{
    const auto state = freshness(release);
    if (state.state != FreshnessState::stale) {
        return;
    }
    throw Error(Code::untrusted,
                "repository " + repository_.name.text() + ": " + state.role + ".json expired " +
                    age(state.now - state.expires) + " ago, on " + text::iso_date(state.expires) +
                    ", longer than the grace of " + age(repository_.offline_grace),
                "refresh it: qpkg repo check " + repository_.name.text() +
                    "; if the repository itself is old, ask its publisher to sign it again");
}

const std::vector<TrustClient::Publisher>& TrustClient::require_publishers() const
{
    updater_.require_root();
    if (!updater_.snapshot() || !updater_.targets()) {
        throw Error(Code::not_found, "repository " + repository_.name.text() + ": no metadata is here yet",
                    "fetch it: qpkg repo check " + repository_.name.text());
    }
    if (!publishers_) {
        throw Error(Code::failed,
                    "repository " + repository_.name.text() +
                        ": its metadata is not complete, an update was interrupted",
                    "finish it: qpkg repo check " + repository_.name.text());
    }
    return *publishers_;
}

std::vector<PublisherInfo> TrustClient::publishers() const
{
    std::vector<PublisherInfo> found;
    for (const auto& publisher : require_publishers()) {
        found.push_back({publisher.name, publisher.namespaces, ostree_key(publisher.role->header.extra)});
    }
    return found;
}

std::vector<ListedRelease> TrustClient::listed() const
{
    std::vector<ListedRelease> releases;
    std::set<std::string> paths;
    for (const auto& publisher : require_publishers()) {
        for (const auto& [path, target] : publisher.role->targets) {
            if (!tuf::covers(publisher.namespaces, path) || !paths.insert(path).second) {
                continue;
            }
            if (auto release = listed_release(publisher.name, path, target)) {
                releases.push_back(*std::move(release));
            }
        }
    }
    std::ranges::sort(releases, {}, &ListedRelease::path);
    return releases;
}

KnownRelease TrustClient::fetch_release(const ListedRelease& release, Fetcher& fetcher) const
{
    const auto file = target_file(release.path, release.manifest.digest());
    return with_context("repository " + repository_.name.text() + ": " + file, [&]() -> KnownRelease {
        if (release.length > largest_manifest) {
            throw Error(Code::no_space,
                        std::to_string(release.length) + " bytes, allowed are " + std::to_string(largest_manifest));
        }
        const auto bytes = fetcher.get(file, release.length);
        if (!bytes) {
            throw Error(Code::failed, "not there, though signed metadata lists it");
        }
        if (bytes->size() != release.length || sha256(*bytes) != release.manifest.digest()) {
            throw Error(Code::corrupt, "the bytes are not those that signed metadata lists");
        }
        auto manifest = parse_manifest(*bytes);
        require_same(manifest, release);
        return {.id = release.manifest, .repo = repository_.name, .release = std::move(manifest)};
    });
}

std::vector<std::string> TrustClient::delegated_namespaces() const
{
    std::vector<std::string> names;
    if (updater_.targets()) {
        for (const auto& delegation : (*updater_.targets())->delegations) {
            names.insert(names.end(), delegation.namespaces.begin(), delegation.namespaces.end());
        }
    }
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> TrustClient::ignored_namespaces() const
{
    auto names = delegated_namespaces();
    std::erase_if(names, [&](const std::string& name) {
        return std::ranges::find(repository_.namespaces, name) != repository_.namespaces.end();
    });
    return names;
}

} // namespace qpkg::trust
