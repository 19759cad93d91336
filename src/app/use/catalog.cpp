// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/typed_app.hpp"
#include "app/use/catalog_source.hpp"
#include "app/use/repositories.hpp"
#include "plan/bound.hpp"
#include "repo-format/repo/sequence.hpp"

#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <ranges>
#include <set>

namespace qpkg::app {
namespace {

std::string name_of(trust::FreshnessState state)
{
    switch (state) {
    case trust::FreshnessState::fresh:
        return "fresh";
    case trust::FreshnessState::grace:
        return "grace";
    case trust::FreshnessState::stale:
        return "stale";
    }
    return {};
}

std::string staleness(const RepoName& repo, const trust::Freshness& freshness)
{
    return "the " + freshness.role + " metadata of " + repo.text() + " expired on " +
           text::iso_date(freshness.expires) +
           (freshness.state == trust::FreshnessState::stale ? ": no new releases are taken from it"
                                                            : ": still used, within the grace period");
}

/// A fault of one repository, and nothing else.
bool is_contained(const Error& error) { return error.code() != Code::interrupted && error.code() != Code::bug; }

/// Of what this machine has learned from the repository, 0 when it knows no release of that line.
std::uint64_t newest_known(const Snapshot& snapshot, const RepoName& repo, const trust::ListedRelease& listed)
{
    std::uint64_t newest = 0;
    for (const auto& [id, known] : snapshot.releases) {
        const auto& release = known.release;
        if (known.repo == repo && release.app == listed.app && release.arch == listed.arch &&
            release.channel == listed.channel) {
            newest = std::max(newest, release.sequence);
        }
    }
    return newest;
}

/// A repository that cannot even be opened: whatever is asked of it is answered with the reason.
class Unreachable final : public Fetcher {
public:
    explicit Unreachable(const Error& why) : why_(why) {} // NOLINT(bugprone-throw-keyword-missing): thrown later

    std::optional<std::string> get(const std::string&, std::uint64_t) override { throw why_; }
    void get_many(std::span<const FetchRequest>, FetchSink&) override { throw why_; }

private:
    Error why_;
};

} // namespace

std::string words_of(const RepoName& repo, const trust::Problem& problem)
{
    return "repository " + repo.text() + ": " +
           (problem.subject == trust::metadata_subject ? "" : problem.subject + ": ") + problem.what;
}

Catalog::Catalog(World& world, const Snapshot& snapshot, Reach reach)
    : world_(world), snapshot_(snapshot), reach_(reach)
{
    for (const auto& repository : snapshot.repositories) {
        interrupt::throw_if_requested();
        open(repository);
    }
    warn();
}

Catalog::~Catalog() = default;

void Catalog::open(const Repository& repository)
{
    const auto& name = repository.name;
    auto& source = *sources_.emplace(name, std::make_unique<Source>()).first->second;
    source.location = repository.location;
    RepositoryState state{name, "unknown", 0, 0};
    try {
        source.client.emplace(world_.trust, repository, world_.clock.now());
        refresh(name, source);
        read(name, source, state);
    } catch (const Error& error) {
        if (!is_contained(error)) {
            throw;
        }
        unread_.push_back({name, error.code(), error.what()});
        warnings_.emplace_back(error.what());
        state.problems.push_back({error.code(), std::string(trust::metadata_subject), error.what(), error.hint()});
    }
    repositories_.push_back(std::move(state));
}

void Catalog::refresh(const RepoName& name, Source& source)
{
    if (reach_ == Reach::offline || source.location == carried_location) {
        return;
    }
    std::optional<Unreachable> unreachable;
    try {
        fetcher(name);
    } catch (const Error& error) {
        unreachable.emplace(error);
    }
    try {
        auto& from = unreachable ? static_cast<Fetcher&>(*unreachable) : fetcher(name);
        for (const auto& note : source.client->refresh(from).notes) {
            warnings_.push_back(name.text() + ": " + note);
        }
    } catch (const Error& error) {
        if (!is_contained(error)) {
            throw;
        }
        const bool is_absent = error.code() == Code::failed || error.code() == Code::not_found;
        source.failure.emplace(
            error.code(), error.what(),
            error.hint().empty() && is_absent ? "say --offline to go on with what was verified before" : error.hint());
        warnings_.emplace_back(error.what());
    }
}

void Catalog::read(const RepoName& name, Source& source, RepositoryState& state)
{
    const auto& client = *source.client;
    state.problems = client.problems();
    for (const auto& problem : client.unread()) {
        unread_.push_back({name, problem.code, words_of(name, problem)});
    }
    for (const auto& problem : state.problems) {
        // Of a refresh that failed just now it was said already.
        if (!source.failure || problem.subject != trust::metadata_subject) {
            warnings_.push_back(words_of(name, problem));
        }
    }
    for (auto& listed : client.listed()) {
        if (!tuf::may_follow(listed.sequence, newest_known(snapshot_, name, listed))) {
            warnings_.push_back(name.text() + ": " + listed.path +
                                " is skipped: its number is too far above all that are known");
            continue;
        }
        offers_.push_back({name, std::move(listed)});
    }
    unusable_.merge(client.unusable_apps());
    const auto freshness = client.freshness();
    const auto timestamp = world_.trust.trusted(name, "timestamp");
    state.freshness = name_of(freshness.state);
    state.timestamp_version = timestamp ? timestamp->version : 0;
    state.issued = world_.trust.newest_issued(name);
    if (freshness.state != trust::FreshnessState::fresh) {
        state.expired = staleness(name, freshness);
        warnings_.push_back(state.expired);
    }
}

void Catalog::require_one_current() const
{
    const Error* first = nullptr;
    for (const auto& [name, source] : sources_) {
        if (!source->failure) {
            return;
        }
        first = first == nullptr ? &*source->failure : first;
    }
    if (first != nullptr) {
        throw *first;
    }
}

const Error* Catalog::failure(const RepoName& repo) const
{
    const auto source = sources_.find(repo);
    return source == sources_.end() || !source->second->failure ? nullptr : &*source->second->failure;
}

bool Catalog::is_known(const RepoName& repo, const AppId& app) const
{
    return std::ranges::find(unread_, repo, &Unread::repo) == unread_.end() && !unusable_.contains(app);
}

bool Catalog::may_offer(const RepoName& repo, const std::optional<AppId>& app) const
{
    const auto found = std::ranges::find(snapshot_.repositories, repo, &Repository::name);
    const auto& names = found->namespaces;
    return !app || std::ranges::find(names, namespace_of(*app)) != names.end();
}

Error Catalog::missing(const std::string& app) const
{
    const auto id = AppId::parse(app);
    const auto unknown = [&](Code code, const std::string& why) {
        return Error(code, "cannot tell whether there is an app \"" + text::escaped(app) + "\": " + why,
                     "see what is wrong: qpkg repo check");
    };
    for (const auto& list : unread_) {
        if (may_offer(list.repo, id)) {
            return unknown(list.code, list.what);
        }
    }
    for (const auto& [name, source] : sources_) {
        if (source->failure && may_offer(name, id)) {
            return unknown(source->failure->code(), source->failure->what());
        }
    }
    if (snapshot_.repositories.empty()) {
        return {Code::not_found, "there is no app \"" + text::escaped(app) + "\": no repository is known",
                "add one: qpkg repo add NAME LOCATION"};
    }
    return {Code::not_found, "there is no app \"" + text::escaped(app) + '"', "see `qpkg search`"};
}

Error Catalog::ambiguous(const std::string& typed, const Unread& list) const
{
    std::vector<std::string> full;
    for (const auto& offer : offers_) {
        const auto& id = offer.release.app.text();
        if (short_name(offer.release.app) == typed && std::ranges::find(full, id) == full.end()) {
            full.push_back(id);
        }
    }
    return {list.code, "cannot tell which app \"" + text::escaped(typed) + "\" means: " + list.what,
            (full.empty() ? "type the whole name of the app" : "type the whole name: " + text::join(full, " or ")) +
                "; to see what is wrong: qpkg repo check " + list.repo.text()};
}

const Offer& Catalog::newest(const AppId& app) const
{
    auto fitting = offers_ | std::views::filter([&](const Offer& offer) {
                       return offer.release.app == app && offer.release.arch == native_arch();
                   });
    const auto found = std::ranges::max_element(fitting, {}, [](const Offer& offer) { return offer.release.sequence; });
    if (found == fitting.end()) {
        throw Error(Code::not_found, app.text() + " has no release for " + native_arch().text());
    }
    return *found;
}

AppId Catalog::resolve(const std::string& typed, const std::vector<AppId>& installed) const
{
    auto candidates = installed;
    for (const auto& offer : offers_) {
        candidates.push_back(offer.release.app);
    }
    for (const auto& [app, problem] : unusable_) {
        candidates.push_back(app);
    }
    const bool here = std::ranges::any_of(installed, [&](const AppId& app) { return short_name(app) == typed; });
    if (!unread_.empty() && !here && !AppId::parse(typed)) {
        throw ambiguous(typed, unread_.front());
    }
    if (candidates.empty()) {
        throw missing(typed);
    }
    try {
        return resolve_app(typed, candidates, "see `qpkg search`");
    } catch (const Error& error) {
        if (error.code() != Code::not_found) {
            throw;
        }
        const auto explained = missing(typed);
        throw explained.code() == Code::not_found ? error : explained;
    }
}

const Offer* Catalog::newest(const AppId& app, const BaseId& base, const Channel& channel) const
{
    const auto pin = world_.db.pinned(app);
    const Offer* best = nullptr;
    for (const auto& offer : offers_) {
        const auto& release = offer.release;
        const bool fits = release.app == app && release.base.fits(base) && release.channel == channel &&
                          release.arch == native_arch() && (!pin || *pin == offer.repo);
        if (fits && (best == nullptr || best->release.sequence < release.sequence)) {
            best = &offer;
        }
    }
    return best;
}

const Offer& Catalog::choose(const AppId& app, const BaseId& base, const Channel& channel) const
{
    if (const auto* offer = newest(app, base, channel)) {
        return *offer;
    }
    const auto other =
        std::find_if(offers_.begin(), offers_.end(), [&](const Offer& offer) { return offer.release.app == app; });
    if (const auto wrong = unusable_.find(app); wrong != unusable_.end()) {
        throw Error(wrong->second.code,
                    app.text() + " cannot be installed: " + wrong->second.subject + ": " + wrong->second.what,
                    "tell its publisher; see `qpkg repo check`");
    }
    if (other == offers_.end()) {
        throw missing(app.text());
    }
    const auto& release = other->release;
    if (const auto pin = world_.db.pinned(app); pin && *pin != other->repo) {
        throw Error(Code::conflict,
                    app.text() + " was first installed from " + pin->text() + ", but only " + other->repo.text() +
                        " offers it now",
                    "if the change is wanted: qpkg remove it everywhere, then qpkg gc --keep 0");
    }
    if (!release.base.fits(base)) {
        throw Error(Code::conflict,
                    app.text() + " is offered for base " + release.base.text() + ", the qube has " + base.text(),
                    "use a qube made from " + release.base.text() + ", or build the app for " + base.text());
    }
    throw Error(Code::not_found,
                app.text() + " has no release in channel " + channel.text() + " for " + native_arch().text() +
                    "; there is one in " + release.channel.text() + " for " + release.arch.text(),
                "see `qpkg info " + short_name(app) + "`");
}

KnownRelease Catalog::manifest(const Offer& offer)
{
    // Imported from a bundle, or named by a generation that is gone: verified when it was learned.
    const auto known = snapshot_.releases.find(offer.release.manifest);
    if (known != snapshot_.releases.end()) {
        return known->second;
    }
    return sources_.at(offer.repo)->client->fetch_release(offer.release, fetcher(offer.repo));
}

KnownRelease Catalog::release(const Offer& offer, const Allowances& allowances)
{
    if (plan::bound_releases(snapshot_).contains(offer.release.manifest)) {
        return manifest(offer);
    }
    if (const auto* unavailable = failure(offer.repo)) {
        throw *unavailable;
    }
    if (!allowances.stale) {
        sources_.at(offer.repo)->client->require_installable(offer.release);
    }
    auto known = manifest(offer);
    require_rebuilt(known, allowances.despite_dissent ? plan::Dissent::overruled : plan::Dissent::blocks);
    return known;
}

std::optional<RebuildState> Catalog::rebuilds(const KnownRelease& release)
{
    const auto repository = std::ranges::find(snapshot_.repositories, release.repo, &Repository::name);
    if (repository == snapshot_.repositories.end() || rebuild_policy(*repository, release) == nullptr) {
        return std::nullopt; // nobody asked: a repository that is out of reach is not opened for it
    }
    const bool ask = reach_ == Reach::online && repository->location != carried_location;
    return rebuild_state(world_, *repository, release, ask ? &fetcher(release.repo) : nullptr);
}

void Catalog::require_rebuilt(const KnownRelease& release, plan::Dissent dissent)
{
    const auto state = rebuilds(release);
    if (!state) {
        return;
    }
    const auto name = release.release.app.text() + ' ' + release.release.version;
    const auto words = with_context(
        name, [&] { return plan::judge_rebuilds(state->policy, state->verdict, state->trusted, dissent); });
    if (words && (state->policy.mode == RebuildMode::warn || !state->verdict.dissenting.empty())) {
        warnings_.push_back(name + ": " + *words);
    }
    for (const auto& note : state->notes) {
        warnings_.emplace_back(name).append(": ").append(note);
    }
}

Fetcher& Catalog::fetcher(const RepoName& repo)
{
    const auto known = sources_.find(repo);
    if (known == sources_.end()) {
        throw Error(Code::not_found, "repository " + repo.text() + " is not trusted here any more",
                    "add it again: qpkg repo add " + repo.text() + " LOCATION");
    }
    auto& source = *known->second;
    if (source.location == carried_location) {
        throw Error(Code::failed, "repository " + repo.text() + " comes in bundles, and what is wanted is not here",
                    "import a bundle that holds it: qpkg bundle import FILE");
    }
    if (!source.fetcher) {
        source.fetcher = world_.fetcher(source.location);
    }
    return *source.fetcher;
}

} // namespace qpkg::app
