// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publication.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/sequence.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <algorithm>

/// Signatures of keys that are not on this machine: `prepare` writes what they are to sign, `attach` publishes it.
namespace qpkg::app {
namespace {

/// One version higher than what is served: others may have published meanwhile.
void require_next(std::uint64_t version, std::uint64_t served)
{
    if (version != served + 1) {
        throw Error(Code::conflict,
                    "is version " + std::to_string(version) + ", the repository has version " + std::to_string(served),
                    "the repository was changed meanwhile: prepare again");
    }
}

Error nothing_to_prepare()
{
    return Error(Code::usage, "prepare signatures: neither root, targets nor publisher changes",
                 "what snapshot and timestamp keys sign needs no preparation: qpkg publish without --prepare");
}

std::vector<Digest> both(std::vector<Digest> keys, const std::vector<Digest>& more)
{
    std::ranges::copy_if(more, std::back_inserter(keys),
                         [&](const Digest& id) { return std::ranges::find(keys, id) == keys.end(); });
    return keys;
}

} // namespace

/// Their files, before they are written.
std::vector<std::string> Publication::to_prepare() const
{
    std::vector<std::string> names;
    const auto add = [&](const std::string& role, const auto& edited) {
        if (edited.changed) {
            names.push_back(std::to_string(edited.role.header.version + 1) + '.' + role + ".json");
        }
    };
    add("root", root_);
    add("targets", targets_);
    if (!publisher_name_.empty()) {
        add(publisher_name_, publisher_);
    }
    if (names.empty()) {
        throw nothing_to_prepare();
    }
    return names;
}

void Publication::prepare()
{
    std::vector<ToSign> files;
    const auto add = [&](const std::string& role, auto& edited, std::int64_t lifetime, std::vector<Digest> keys,
                         std::uint64_t threshold, std::string served) {
        if (edited.changed) {
            renew(edited, lifetime);
            files.push_back({role, edited.role.header.version, tuf::encode(edited.role), std::move(keys), threshold,
                             std::move(served)});
            report_.prepared.push_back(files.back().file());
        }
    };
    auto root_keys = root_.role.root.key_ids;
    if (state_.root) {
        root_keys = both(std::move(root_keys), (*state_.root)->root.key_ids);
    }
    const auto bytes = [](const auto& served) { return served ? served->bytes() : std::string(); };
    add("root", root_, Lifetimes::root, std::move(root_keys), root_.role.root.threshold, bytes(state_.root));
    add("targets", targets_, Lifetimes::targets, root_.role.targets.key_ids, root_.role.targets.threshold,
        bytes(state_.targets));
    if (!publisher_name_.empty()) {
        const auto own = std::ranges::find(targets_.role.delegations, publisher_name_, &tuf::Delegation::name);
        const auto served = state_.publishers.find(publisher_name_);
        add(publisher_name_, publisher_, Lifetimes::publisher, own->keys.key_ids, own->keys.threshold,
            served == state_.publishers.end() ? "" : served->second.bytes());
    }
    if (files.empty()) {
        throw nothing_to_prepare();
    }
    write_signing_request(*request_.prepare, files, evidence());
}

/// What a careful signer compares: the manifest of each new release, and the commit that it names.
std::vector<std::string> Publication::evidence() const
{
    std::vector<std::string> bytes;
    for (const auto& planned : planned_) {
        if (planned.is_new) {
            bytes.push_back(encode_manifest(planned.release));
            const auto commit = planned.release.tree.commit.hex();
            bytes.push_back(files::read(request_.repository / "ostree/objects" / commit.substr(0, 2) /
                                            (commit.substr(2) + ".commit"),
                                        largest_manifest));
        }
    }
    return bytes;
}

std::string Publication::attached_bytes(const ToSign& file)
{
    auto signatures = read_signatures(*request_.attach, file);
    if (signatures.empty()) {
        throw Error(Code::untrusted, "nobody has signed it", "qpkg sign --tbs DIR --out DIR --keys DIR");
    }
    return attached_.emplace(file.role, envelope::write(std::move(signatures), file.payload)).first->second;
}

void Publication::attach_root(const ToSign& file)
{
    auto next = state_.root ? trust::verify_next_root(*state_.root, attached_bytes(file))
                            : trust::verify_first_root(attached_bytes(file));
    require_next(next->header.version, state_.root ? (*state_.root)->header.version : 0);
    root_ = {*next, true};
    snapshot_.changed = true;
    state_.root.emplace(std::move(next));
}

void Publication::attach_targets(const ToSign& file)
{
    if (!state_.root) {
        throw Error(Code::conflict, "there is no root that says who may sign it");
    }
    auto next = trust::verify_targets(*state_.root, attached_bytes(file));
    require_next(next->header.version, state_.targets ? (*state_.targets)->header.version : 0);
    targets_ = {*next, true};
    state_.targets.emplace(std::move(next));
}

void Publication::attach_publisher(const ToSign& file)
{
    const auto& delegations = targets_.role.delegations;
    const auto own = std::ranges::find(delegations, file.role, &tuf::Delegation::name);
    if (!state_.targets || own == delegations.end() || !publisher_name_.empty()) {
        throw Error(Code::conflict, "targets does not delegate to it, or there are two publishers at once");
    }
    const auto next = trust::verify_publisher(*state_.targets, *own, attached_bytes(file));
    const auto served = state_.publishers.find(file.role);
    require_next(next->header.version, served == state_.publishers.end() ? 0 : served->second->header.version);
    tuf::require_plausible_sequences(served == state_.publishers.end() ? nullptr : &*served->second, *next);
    publisher_name_ = file.role;
    publisher_ = {*next, true};
}

/// The first root of a repository: what else it needs can only be signed once it is there.
bool Publication::attaches_only_a_root() const
{
    return request_.attach && !state_.timestamp && !attached_.contains("targets");
}

/// Everything is verified before the first byte is written.
void Publication::read_attached()
{
    auto files = read_signing_request(*request_.attach);
    const auto rank = [](const ToSign& file) { return file.role == "root" ? 0 : file.role == "targets" ? 1 : 2; };
    std::ranges::stable_sort(files, {}, rank);
    for (const auto& file : files) {
        with_context(file.file(), [&] {
            if (file.role == "root") {
                attach_root(file);
            } else if (file.role == "targets") {
                attach_targets(file);
            } else {
                attach_publisher(file);
            }
        });
    }
    timestamp_.changed = true;
    snapshot_.changed = snapshot_.changed || !attaches_only_a_root();
}

/// What names these files is signed here.
void Publication::attach()
{
    read_attached();
    if (attaches_only_a_root()) {
        write_root();
        return;
    }
    gather_signers();
    write_changed();
}

} // namespace qpkg::app
