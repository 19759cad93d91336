// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/client.hpp"

#include "repo-format/repo/fields.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/sequence.hpp"
#include "signing/ostree_key.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace qpkg::trust {
namespace {

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

RefreshReport TrustClient::refresh(Fetcher& fetcher, Older older)
{
    RefreshReport report;
    try {
        update(fetcher, report, older);
    } catch (const Error& error) {
        if (error.code() != Code::interrupted && error.code() != Code::bug) {
            auto problems = remembered();
            std::erase_if(problems, [](const Problem& one) { return !is_of_publisher(one); });
            problems.insert(problems.begin(),
                            {error.code(), std::string(metadata_subject), error.what(), error.hint()});
            remember(problems);
        }
        throw error.within("repository " + repository_.name.text());
    }
    if (!report.older) {
        remember(report.problems);
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

Freshness TrustClient::freshness() const { return freshness_of(nullptr, {}); }

Freshness TrustClient::freshness(const ListedRelease& release) const
{
    if (found_) {
        const auto found = std::ranges::find(found_->publishers, release.publisher, &Publisher::name);
        if (found != found_->publishers.end()) {
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
    const auto subject = subject_of(release.publisher);
    if (found_ && std::ranges::find(found_->outdated, subject, &Problem::subject) != found_->outdated.end()) {
        const auto all = problems();
        const auto why = std::ranges::find(all, subject, &Problem::subject);
        throw Error(why->code, "repository " + repository_.name.text() + ": " + subject + ": " + why->what,
                    "see what is wrong: qpkg repo check " + repository_.name.text());
    }
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

const TrustClient::Found& TrustClient::require_publishers() const
{
    updater_.require_root();
    if (!found_) {
        throw Error(Code::not_found, "repository " + repository_.name.text() + ": no metadata is here yet",
                    "fetch it: qpkg repo check " + repository_.name.text());
    }
    return *found_;
}

std::vector<PublisherInfo> TrustClient::publishers() const
{
    std::vector<PublisherInfo> found;
    for (const auto& publisher : require_publishers().publishers) {
        found.push_back({publisher.name, publisher.namespaces, ostree_key(publisher.role->header.extra)});
    }
    return found;
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

std::uint64_t TrustClient::newest_withdrawn(const AppId& app, const Arch& arch, const Channel& channel) const
{
    const auto line = tuf::line_of(target_path(app, arch, channel, 0));
    std::uint64_t newest = 0;
    for (const auto& publisher : require_publishers().publishers) {
        if (tuf::covers(publisher.namespaces, target_path(app, arch, channel, 0))) {
            newest = std::max(newest, tuf::newest_withdrawn(*publisher.role, line));
        }
    }
    return newest;
}

std::optional<tuf::Notice> TrustClient::notice(const AppId& app) const
{
    if (!found_) {
        return std::nullopt;
    }
    for (const auto& publisher : found_->publishers) {
        if (std::ranges::find(publisher.namespaces, namespace_of(app)) == publisher.namespaces.end()) {
            continue;
        }
        const auto notices = tuf::notices_of(*publisher.role);
        const auto found = std::ranges::find(notices, app, &tuf::Notice::app);
        if (found != notices.end()) {
            return *found;
        }
    }
    return std::nullopt;
}

bool TrustClient::signs_with(const PublicKey& key) const
{
    const auto among = [&](const tuf::Keys& keys) {
        return std::ranges::any_of(keys, [&](const auto& listed) { return listed.second.ed25519 == key.bytes(); });
    };
    const auto& targets = updater_.targets();
    if (among(updater_.require_root()->keys) || (targets && among((*targets)->keys))) {
        return true;
    }
    return found_ && std::ranges::any_of(found_->publishers, [&](const Publisher& publisher) {
               return among(publisher.role->keys) || ostree_key(publisher.role->header.extra) == key;
           });
}

} // namespace qpkg::trust
