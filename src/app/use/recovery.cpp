// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/recovery.hpp"

#include "app/use/adoption.hpp"
#include "app/use/loss.hpp"
#include "engine/transaction.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace qpkg::app {
namespace {

constexpr const char* reason = "qpkg restore: the database was lost";

/// A commit that says it is a base, and the volume that it makes.
struct FoundBase {
    BaseId id;
    CommitId commit;
    VolumeSummary volume;
};

std::optional<std::string> value_of(const std::map<std::string, std::string>& metadata, const std::string& key)
{
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::nullopt : std::optional(found->second);
}

class Recovering {
public:
    Recovering(World& world, Reach reach)
        : world_(world), snapshot_(engine::take_snapshot(world.db, world.content, world.volumes)),
          catalog_(world, snapshot_, reach)
    {
    }

    Recovery run()
    {
        if (world_.hypervisor.capabilities().makes_qubes) {
            find_bases();
            find_qubes();
            record_bases();
        } else {
            find_strangers();
        }
        for (const auto& qube : qubes_) {
            recovery_.changes.emplace_back(CreateQube{qube});
            const auto apps = qube.current_generation().bindings.size();
            recovery_.told.push_back("qube " + qube.name.text() + ", " + std::to_string(apps) +
                                     (apps == 1 ? " app" : " apps"));
        }
        if (!qubes_.empty() || !bases_.empty()) {
            recovery_.untold.emplace_back("older generations, and which apps were held: only the database knew them");
        }
        return std::move(recovery_);
    }

private:
    void find_bases()
    {
        for (const auto& commit : snapshot_.commits) {
            try {
                const auto metadata = world_.content.commit_metadata(commit);
                const auto named = value_of(metadata, "qpkg.base");
                const auto id = named && !value_of(metadata, "qpkg.app") ? BaseId::parse(*named) : std::nullopt;
                if (id) {
                    const VolumePart part{commit, ""};
                    bases_.push_back({*id, commit, world_.volumes.measure({&part, 1})});
                }
            } catch (const Error& error) {
                if (error.code() == Code::interrupted) {
                    throw;
                }
                leave("commit " + commit.hex(), error);
            }
        }
    }

    void find_qubes()
    {
        for (const auto& wanted : world_.hypervisor.wanted()) {
            if (snapshot_.find_qube(wanted.qube) != nullptr) {
                continue;
            }
            try {
                qubes_.push_back(qube_of(wanted));
            } catch (const Error& error) {
                if (error.code() == Code::interrupted) {
                    throw;
                }
                leave("qube " + wanted.qube.text(), error);
            }
        }
    }

    /// Of qubes that others make: what they have stands in them, also where nothing of it is here.
    void find_strangers()
    {
        const auto adoption = look_for_strangers(world_, snapshot_);
        recovery_.changes = adoption.changes;
        for (const auto& qube : adoption.adopted) {
            recovery_.told.push_back("qube " + qube.text() + ", with what it has");
        }
        for (const auto& qube : adoption.replaced) {
            recovery_.told.push_back("qube " + qube.text() + " is another than the one that was recorded");
        }
        snapshot_ = plan::with_adopted(std::move(snapshot_), adoption);
        const auto there = world_.hypervisor.qubes();
        for (const auto& stranger : adoption.strangers) {
            try {
                auto qube = outside_qube({stranger.name, stranger.slots});
                qube.identity = std::ranges::find(there, stranger.name, &RunningQube::name)->identity;
                qubes_.push_back(std::move(qube));
            } catch (const Error& error) {
                if (error.code() == Code::interrupted) {
                    throw;
                }
                leave("qube " + stranger.name.text(), error);
            }
        }
    }

    Qube outside_qube(const Attachment& wanted)
    {
        const auto base = world_.hypervisor.outside_base(wanted.qube);
        if (!base) {
            throw Error(Code::not_found,
                        "nobody has said which base it has: qvm-features TEMPLATE qpkg.base debian-12");
        }
        auto [generation, separate] = generation_of(wanted, {*base});
        return {wanted.qube,
                generation.number,
                {{0, generation.created, generation.reason, {*base}, {}}, generation},
                separate ? Layout::separate : Layout::composed};
    }

    const FoundBase& base_of(const Attachment& wanted) const
    {
        for (const auto& base : bases_) {
            if (base.volume.root == wanted.base) {
                return base;
            }
        }
        throw Error(Code::not_found, "its base is not here");
    }

    Qube qube_of(const Attachment& wanted)
    {
        const auto& base = base_of(wanted);
        auto [generation, separate] = generation_of(wanted, {base.id, base.commit});
        return {wanted.qube, generation.number, {generation}, separate ? Layout::separate : Layout::composed};
    }

    /// What the slots ask for; true where each app has a volume of its own.
    std::pair<Generation, bool> generation_of(const Attachment& wanted, const BaseBinding& base)
    {
        Generation generation{1, world_.clock.now(), reason, base, {}};
        std::vector<KnownRelease> releases;
        for (const auto& slot : wanted.slots) {
            releases.push_back(release_of(slot));
            generation.bindings.push_back({slot.app, releases.back().id, false});
        }
        std::ranges::sort(generation.bindings, {}, &Binding::app);
        const bool separate = std::ranges::all_of(wanted.slots, [&](const VolumeSlot& slot) {
            const auto own = std::ranges::find(releases, slot.app, [](const auto& known) { return known.release.app; });
            return own->release.volume.root == slot.volume;
        });
        if (!separate) {
            generation.composed = composed_of(wanted, releases);
        }
        for (const auto& release : releases) {
            recovery_.changes.emplace_back(LearnRelease{release});
        }
        return {generation, separate};
    }

    /// The release that a repository offers under that name and version, and that makes this volume, or one part of it.
    KnownRelease release_of(const VolumeSlot& slot)
    {
        std::optional<KnownRelease> same_version;
        for (const auto& [id, known] : snapshot_.releases) {
            if (known.release.app == slot.app && known.release.volume.root == slot.volume) {
                return known;
            }
        }
        for (const auto& offer : catalog_.offers()) {
            if (offer.release.app != slot.app || offer.release.version != slot.version) {
                continue;
            }
            auto known = catalog_.manifest(offer);
            if (known.release.volume.root == slot.volume) {
                return known;
            }
            same_version = std::move(known);
        }
        if (same_version) {
            return *std::move(same_version);
        }
        throw Error(Code::not_found,
                    slot.app.text() + ' ' + slot.version +
                        " is offered by no repository that is known here: qpkg repo add, then qpkg restore again");
    }

    VolumeId composed_of(const Attachment& wanted, const std::vector<KnownRelease>& releases) const
    {
        const auto is_here = [&](const KnownRelease& known) {
            return std::ranges::binary_search(snapshot_.commits, known.release.tree.commit);
        };
        if (!std::ranges::all_of(releases, is_here)) {
            // It is compared when it is made of what a repository brings.
            const auto& whole = wanted.slots.front().volume;
            if (std::ranges::all_of(wanted.slots, [&](const VolumeSlot& slot) { return slot.volume == whole; })) {
                return whole;
            }
        }
        std::vector<VolumePart> parts;
        for (const auto& known : releases) {
            parts.push_back({known.release.tree.commit, composed_place(known.release.app)});
        }
        const auto root = world_.volumes.measure(parts).root;
        if (!std::ranges::all_of(wanted.slots, [&](const VolumeSlot& slot) { return slot.volume == root; })) {
            throw Error(Code::not_found, "its apps are offered in other builds than it has");
        }
        return root;
    }

    /// Which of several releases of a base is the newer one only the database knew: the one that most qubes have counts
    /// as that. Before all changes that name one.
    void record_bases()
    {
        const auto users = [&](const FoundBase& base) {
            return std::ranges::count(qubes_, base.commit, [](const Qube& qube) { return *qube.base().commit; });
        };
        std::ranges::stable_sort(bases_, {}, users);
        std::map<BaseId, std::uint64_t> numbers;
        for (const auto& base : bases_) {
            const auto* known = snapshot_.find_base(base.id);
            if (snapshot_.find_base(base.commit) != nullptr || (known != nullptr && users(base) == 0)) {
                continue;
            }
            auto& number = numbers.try_emplace(base.id, known == nullptr ? 0 : known->number).first->second;
            const Base found{.id = base.id,
                             .commit = base.commit,
                             .volume = base.volume.root,
                             .volume_size = base.volume.size,
                             .level = 0,
                             .created = world_.clock.now(),
                             .packages = {},
                             .number = ++number};
            recovery_.changes.emplace_back(SetBase{found});
            recovery_.told.push_back("base " + base.id.text() + ' ' + release_word(found) +
                                     "; which packages it holds only the database knew");
        }
    }

    void leave(const std::string& what, const Error& why)
    {
        recovery_.untold.push_back(what + ": " + why.what());
        recovery_.complete = false;
    }

    World& world_;
    Snapshot snapshot_;
    Catalog catalog_;
    std::vector<FoundBase> bases_;
    std::vector<Qube> qubes_;
    Recovery recovery_;
};

} // namespace

Recovery plan_recovery(World& world, Reach reach) { return Recovering(world, reach).run(); }

void recover_database(World& world, const Recovery& recovery)
{
    for (const auto& change : recovery.changes) {
        if (const auto* base = std::get_if<SetBase>(&change)) {
            const VolumePart part{base->base.commit, ""};
            world.volumes.build({&part, 1}, base->base.volume, world.progress);
        }
    }
    const bool was_lost = find_loss(world).has_value();
    if (!recovery.changes.empty()) {
        world.db.commit(recovery.changes);
    }
    if (recovery.complete) {
        forget_loss(world);
    } else if (was_lost) {
        mark_loss(world); // without that a stranger is enough to be told again: gc keeps what it names
    }
}

bool needs_recovery(World& world)
{
    const auto adoption = look_for_strangers(world, world.db.snapshot());
    return find_loss(world) || !adoption.changes.empty() || !adoption.strangers.empty();
}

} // namespace qpkg::app
