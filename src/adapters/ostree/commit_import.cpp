// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/commit_import.hpp"

#include "repo-format/repo/times.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>

#include <algorithm>

namespace qpkg::ostree {
namespace {

/// What lies where the signatures of a commit that has none would lie. No empty file: that is what a power cut leaves
/// of any file.
constexpr std::string_view no_signatures = "none";

} // namespace

CommitImport::CommitImport(const ObjectDirectory& objects, const CommitIndexes& indexes, const KnownObjects& known,
                           const ImportLimits& limits, const Intake& compressed, Fetcher& from)
    : objects_(objects), indexes_(indexes), known_(known), limits_(limits), compressed_(compressed), from_(from),
      budget_(limits.size), metadata_(objects, limits, from)
{
}

ImportedTree CommitImport::load_tree(const CommitId& id)
{
    auto tree = metadata_.run(id);
    const auto found = tree.metadata_objects() + tree.contents().size();
    const auto counts = std::to_string(found) + " objects, " + std::to_string(limits_.objects) + " announced";
    if (found > limits_.objects) {
        throw Error(Code::no_space, counts);
    }
    if (found < limits_.objects) {
        throw Error(Code::corrupt, counts);
    }
    for (const auto& path : tree.summary().case_twins) {
        log::warning("commit " + id.hex() + ": " + text::escaped(path) + " differs from another name only in case");
    }
    return tree;
}

ImportEstimate CommitImport::estimate(const CommitId& id)
{
    const auto tree = load_tree(id);
    ImportEstimate estimate{};
    for (const auto& content : tree.contents()) {
        if (const auto facts = present(content)) {
            estimate.present.push_back({content, facts->size});
        } else {
            ++estimate.missing_objects;
        }
    }
    std::sort(estimate.present.begin(), estimate.present.end());
    return estimate;
}

ImportReport CommitImport::run(const CommitId& id, Progress& progress)
{
    const auto tree = bring(id, progress);
    objects_.promote_staged("import", tree.objects());
    indexes_.write(id, facts_in_order(tree));
    fault_point("import.indexed");
    if (!signatures_.empty()) {
        objects_.write_durably(id.digest(), ObjectType::commitmeta, signatures_);
    }
    objects_.write_durably(id.digest(), ObjectType::commit, tree.commit_bytes());
    fault_point("import.committed");
    objects_.discard_staged(id.digest(), ObjectType::commit);
    objects_.discard_staged(id.digest(), ObjectType::commitmeta);
    return report_;
}

ImportReport CommitImport::stage(const CommitId& id, Progress& progress)
{
    const auto tree = bring(id, progress);
    objects_.write_staged({id.digest(), ObjectType::commit}, tree.commit_bytes());
    objects_.write_staged({id.digest(), ObjectType::commitmeta}, signatures_.empty() ? no_signatures : signatures_);
    fault_point("import.laid-aside");
    return report_;
}

/// Everything that is not here yet, staged and hashed.
ImportedTree CommitImport::bring(const CommitId& id, Progress& progress)
{
    auto tree = load_tree(id);
    const auto missing = take_present(tree);
    if (!missing.empty() || metadata_.fetched_objects() > 0) {
        progress.begin("fetch", id.hex(), limits_.size);
        progress.advance(budget_.taken());
    }
    ContentImport content(objects_, compressed_, budget_, progress,
                          [this](ObjectFacts facts, const std::string& target) {
                              report_.content_bytes += facts.size;
                              take(std::move(facts), target);
                          });
    content.run(missing, from_);
    check_total();
    check_links(tree);
    check_times(tree);
    const auto signatures = bring_signatures(id);
    report_.fetched_objects = metadata_.fetched_objects() + content.fetched_objects();
    report_.fetched_bytes = metadata_.fetched_bytes() + content.fetched_bytes() + signatures;
    if (report_.fetched_objects > 0) {
        progress.end(text::human_size(report_.fetched_bytes));
    }
    return tree;
}

/// Returns the bytes fetched. What is staged is taken when it is sound.
std::uint64_t CommitImport::bring_signatures(const CommitId& id)
{
    const ObjectName name{id.digest(), ObjectType::commitmeta};
    auto staged = objects_.read_staged(name, max_commit);
    if (staged == no_signatures) {
        return 0;
    }
    if (staged && !staged->empty()) {
        if (auto sound = sound_signatures(id, *std::move(staged))) {
            signatures_ = *std::move(sound);
            return 0;
        }
    }
    auto fetched = fetch_signatures(id, from_);
    signatures_ = fetched.sound;
    return fetched.bytes;
}

std::vector<Digest> CommitImport::take_present(const ImportedTree& tree)
{
    std::vector<Digest> missing;
    for (const auto& id : tree.contents()) {
        interrupt::throw_if_requested();
        auto facts = present(id);
        const bool here = facts.has_value();
        if (!here) {
            objects_.remove({id, ObjectType::file}); // what is damaged must not keep its name
            facts = staged(id);
        }
        if (!facts) {
            missing.push_back(id);
            continue;
        }
        budget_.take(facts->size);
        std::string target;
        if (facts->kind == NodeKind::symlink) {
            target = read_header(open_brought(id).get()).target;
        }
        if (id == tree.times() && facts->size <= largest_times) { // now: `gc` may run while the rest is fetched
            times_ = read_times(id);
        }
        take(*std::move(facts), target);
    }
    return missing;
}

/// Of an object that is here and sound.
std::optional<ObjectFacts> CommitImport::present(const Digest& id) const
{
    if (!objects_.has(id, ObjectType::file)) {
        return std::nullopt;
    }
    if (auto facts = known_.find(id)) {
        return facts;
    }
    try {
        return hash_object(objects_.open(id, ObjectType::file).get(), id);
    } catch (const Error& error) {
        if (error.code() != Code::corrupt && error.code() != Code::untrusted) {
            throw;
        }
        log::warning(std::string(error.what()) + "; it is brought again");
        return std::nullopt;
    }
}

/// What an import that broke off left: believed only after it was hashed again.
std::optional<ObjectFacts> CommitImport::staged(const Digest& id) const
{
    if (!objects_.is_staged(id, ObjectType::file)) {
        return std::nullopt;
    }
    try {
        return hash_object(files::open(objects_.staged_path(id, ObjectType::file), O_RDONLY).get(), id);
    } catch (const Error& error) {
        log::debug("staged " + id.hex() + " is fetched again: " + error.what());
        return std::nullopt;
    }
}

void CommitImport::take(ObjectFacts facts, const std::string& target)
{
    if (facts.kind == NodeKind::symlink) {
        targets_.emplace(facts.id, target);
    }
    const auto id = facts.id;
    facts_.emplace(id, std::move(facts));
}

std::vector<ObjectFacts> CommitImport::facts_in_order(const ImportedTree& tree)
{
    std::vector<ObjectFacts> facts;
    for (const auto& id : tree.contents()) {
        facts.push_back(std::move(facts_.at(id)));
    }
    return facts;
}

void CommitImport::check_total() const
{
    if (budget_.taken() != budget_.total()) {
        throw Error(Code::corrupt, std::to_string(budget_.taken()) + " bytes of content, " +
                                       std::to_string(budget_.total()) + " announced");
    }
}

void CommitImport::check_links(const ImportedTree& tree) const
{
    tree.each_file([this](const std::string& path, const Digest& content) {
        if (const auto target = targets_.find(content); target != targets_.end()) {
            check_link(path, target->second);
        }
    });
}

/// Of an object that was taken: here, or staged.
Fd CommitImport::open_brought(const Digest& id) const
{
    auto here = objects_.open_if_there(id, ObjectType::file);
    return here ? std::move(here) : files::open(objects_.staged_path(id, ObjectType::file), O_RDONLY);
}

std::string CommitImport::read_times(const Digest& id) const
{
    return files::read(open_brought(id).get(), times_path, largest_times);
}

/// A volume is made by the list of times: one that does not fit would be found out only when half of it is written.
void CommitImport::check_times(const ImportedTree& tree) const
{
    with_context(std::string(times_path), [&] {
        const auto& facts = facts_.at(tree.times());
        if (facts.kind != NodeKind::file || facts.mode != 0644 || facts.size > largest_times) {
            throw Error(Code::corrupt, "no file with mode 0644 of at most 4 MiB");
        }
        const auto text = times_ ? *times_ : read_times(tree.times());
        std::vector<Digest> objects;
        tree.each_file([&](const std::string& path, const Digest& content) {
            if (path != times_path) {
                objects.push_back(content);
            }
        });
        require_fitting(parse_times(text), objects);
    });
}

} // namespace qpkg::ostree
