// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/rebuilds.hpp"

#include "plan/rebuilds.hpp"
#include "signing/client.hpp"
#include "signing/rebuilds.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

/// Those whose key does not sign for the repository itself: it may have got one after its user named a rebuilder.
std::vector<Rebuilder> independent(World& world, const Repository& repository, std::vector<std::string>& notes)
{
    auto rebuilders = repository.rebuilders;
    const trust::TrustClient client(world.trust, repository, world.clock.now());
    std::erase_if(rebuilders, [&](const Rebuilder& rebuilder) {
        const bool own = client.has_root() && client.signs_with(trust::PublicKey(rebuilder.key.bytes()));
        if (own) {
            notes.push_back("the key of " + rebuilder.organisation +
                            " signs for the repository itself: what it says of rebuilds does not count");
        }
        return own;
    });
    return rebuilders;
}

/// Reads the statements about one release. They are kept beside metadata: their paths are no role names.
class Reading {
public:
    Reading(World& world, const Repository& repository, const KnownRelease& release, Fetcher* from)
        : trusted(independent(world, repository, notes)), world_(world), repository_(repository),
          expected_(agreement_with(release.release)), from_(from)
    {
        const auto& commit = release.release.tree.commit;
        read(statement_path(commit));
        for (const auto& rebuilder : trusted) {
            read(dissent_path(commit, trust::key_id_of(rebuilder)));
        }
    }

    RebuildVerdict verdict() { return trust::count_rebuilds(expected_, files_, trusted, notes); }

    std::vector<std::string> notes;
    std::vector<Rebuilder> trusted;

private:
    void read(const std::string& path)
    {
        auto kept = world_.trust.trusted(repository_.name, path);
        auto served = fetch(path);
        // A mirror that withholds signatures takes nothing back.
        if (served && voices(*served) > (kept ? voices(kept->bytes) : 0)) {
            world_.trust.accept(repository_.name, {path, 1, *served});
        }
        if (kept) {
            files_.push_back(std::move(kept->bytes));
        }
        if (served) {
            files_.push_back(*std::move(served));
        }
    }

    /// A repository that cannot be read says nothing new.
    std::optional<std::string> fetch(const std::string& path)
    {
        try {
            return from_ == nullptr ? std::nullopt : from_->look_for(path, largest_statement);
        } catch (const Error& error) {
            if (error.code() != Code::failed && error.code() != Code::no_space) {
                throw;
            }
            notes.push_back(std::string("rebuild statements cannot be read: ") + error.what());
            from_ = nullptr;
            return std::nullopt;
        }
    }

    std::size_t voices(const std::string& file) const
    {
        std::vector<std::string> ignored;
        const auto said = trust::count_rebuilds(expected_, {&file, 1}, trusted, ignored);
        return said.agreeing.size() + said.dissenting.size();
    }

    World& world_;
    const Repository& repository_;
    RebuildStatement expected_;
    Fetcher* from_;
    std::vector<std::string> files_;
};

std::size_t organisations(const std::vector<Rebuilder>& rebuilders)
{
    std::set<std::string> names;
    for (const auto& rebuilder : rebuilders) {
        names.insert(rebuilder.organisation);
    }
    return names.size();
}

} // namespace

std::string RebuildState::words() const { return plan::rebuild_words(policy, verdict, trusted); }

const RebuildPolicy* rebuild_policy(const Repository& repository, const KnownRelease& release)
{
    const auto found = repository.rebuild_policies.find(namespace_of(release.release.app));
    return found == repository.rebuild_policies.end() ? nullptr : &found->second;
}

std::optional<RebuildState> rebuild_state(World& world, const Repository& repository, const KnownRelease& release,
                                          Fetcher* from)
{
    const auto* policy = rebuild_policy(repository, release);
    if (policy == nullptr) {
        return std::nullopt;
    }
    Reading reading(world, repository, release, from);
    auto verdict = reading.verdict();
    return RebuildState{*policy, std::move(verdict), organisations(reading.trusted), std::move(reading.notes)};
}

std::vector<std::string> installed_dissent(World& world, const Snapshot& snapshot)
{
    std::set<std::string> lines;
    for (const auto& qube : snapshot.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            const auto& known = snapshot.release(binding.release);
            const auto repository = std::ranges::find(snapshot.repositories, known.repo, &Repository::name);
            if (repository == snapshot.repositories.end()) {
                continue;
            }
            const auto state = rebuild_state(world, *repository, known, nullptr);
            if (state && !state->verdict.dissenting.empty()) {
                lines.insert(known.release.app.text() + ' ' + known.release.version + ": " + state->words());
            }
        }
    }
    return {lines.begin(), lines.end()};
}

} // namespace qpkg::app
