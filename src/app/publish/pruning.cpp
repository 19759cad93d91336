// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/pruning.hpp"

#include "app/publish/publish_module.hpp"
#include "app/publish/site.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/origin.hpp"
#include "repo-format/repo/owners.hpp"
#include "repo-format/repo/rebuild.hpp"
#include "signing/dates.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <vector>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

/// "targets" 7 of "7.targets.json".
std::optional<std::pair<std::string, std::uint64_t>> role_and_version(const std::string& name)
{
    const auto dot = name.find('.');
    if (dot == std::string::npos || dot == 0 || dot > 18 || !name.ends_with(".json") ||
        !std::ranges::all_of(name.substr(0, dot), [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    const auto role = name.substr(dot + 1, name.size() - dot - 1 - std::string_view(".json").size());
    return std::pair(role, std::stoull(name.substr(0, dot)));
}

std::uint64_t allocated(const fs::path& file)
{
    struct stat info {};
    return ::lstat(file.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
}

class Pruning {
public:
    Pruning(const PublisherPorts& ports, const fs::path& site, const SummarySigner& signer)
        : ports_(ports), site_(site), signer_(signer), state_(read_site(site)),
          since_(ports.clock.now() - days_of_old_lists * trust::day)
    {
    }

    std::uint64_t run()
    {
        if (!state_.targets) {
            return 0;
        }
        look_at_lists();
        if (is_unsure_) {
            return 0;
        }
        if (std::ranges::any_of(former_, [&](const auto& one) { return !named_.contains(one); })) {
            find_needed();
            sweep();
        }
        for (const auto& file : old_lists_) {
            remove(file);
        }
        fault_point("prune.lists");
        return freed_;
    }

private:
    using Named = std::pair<std::string, Digest>; ///< path of a target, hash of its manifest

    void name_all(const tuf::Targets& list, std::set<Named>& names)
    {
        for (const auto& [path, target] : list.targets) {
            names.emplace(path, target.sha256);
        }
    }

    void look_at_lists()
    {
        std::map<std::string, std::set<std::uint64_t>> versions;
        for (const auto& entry : fs::directory_iterator(site_ / "tuf")) {
            if (const auto found = role_and_version(entry.path().filename().string())) {
                versions[found->first].insert(found->second);
            }
        }
        const auto look = [&](const std::string& role, const auto& current, std::int64_t lifetime, const auto& verify,
                              const auto& use) { look_at(role, versions[role], current, lifetime, verify, use); };
        const auto nothing = [](const auto&, bool) {};
        look(
            "snapshot", *state_.snapshot, trust::Lifetimes::snapshot,
            [&](std::string bytes) { return trust::verify_snapshot(*state_.root, std::move(bytes)); }, nothing);
        look(
            "targets", *state_.targets, trust::Lifetimes::targets,
            [&](std::string bytes) { return trust::verify_targets(*state_.root, std::move(bytes)); }, nothing);
        for (const auto& delegation : (*state_.targets)->delegations) {
            const auto& current = state_.publishers.at(delegation.name);
            name_all(*current, named_);
            look(
                delegation.name, current, trust::Lifetimes::publisher,
                [&](std::string bytes) {
                    return trust::verify_publisher(*state_.targets, delegation, std::move(bytes));
                },
                [&](const tuf::Targets& list, bool is_held) { name_all(list, is_held ? named_ : former_); });
        }
    }

    /// Newest first: each was replaced when the one after it was signed. What does not verify any more, as after a
    /// change of keys, tells nothing and stays; as long as somebody may hold it nobody can say what is needed.
    template <class T, class Verify, class Use>
    void look_at(const std::string& role, const std::set<std::uint64_t>& versions, const trust::Verified<T>& current,
                 std::int64_t lifetime, const Verify& verify, const Use& use)
    {
        auto replaced = current->header.expires - lifetime;
        for (const auto version : versions | std::views::reverse) {
            if (version >= current->header.version) {
                continue;
            }
            const auto file = site_ / "tuf" / (std::to_string(version) + '.' + role + ".json");
            try {
                const auto list = verify(files::read(file, tuf::largest_publisher));
                const bool is_held = replaced > since_;
                use(*list, is_held);
                if (!is_held) {
                    old_lists_.push_back(file);
                }
                replaced = list->header.expires - lifetime;
            } catch (const Error& error) {
                if (error.code() == Code::interrupted) {
                    throw;
                }
                is_unsure_ = is_unsure_ || replaced > since_;
            }
        }
    }

    void need(const std::string& path) { needed_.insert(path); }

    void need_inputs(const Release& release)
    {
        need(input_path(release.inputs.recipe));
        need(input_path(release.inputs.lock));
        const auto table = origin_path(release.inputs.lock);
        const auto origin = files::read_if_exists(site_ / table, largest_origin);
        if (!origin) {
            return;
        }
        need(table);
        for (const auto& list : parse_origin(*origin)) {
            need(input_path(list.file.packed_sha256));
        }
        const auto lock = files::read_if_exists(site_ / input_path(release.inputs.lock), largest_input);
        for (const auto& package : packages_in_lock(lock.value_or(""))) {
            need(input_path(package));
        }
    }

    void find_needed()
    {
        for (const auto& [path, sha256] : named_) {
            interrupt::throw_if_requested();
            const auto bytes = read_target(site_, path, {.length = 0, .sha256 = sha256, .custom = {}});
            if (!bytes) { // left out of a mirror
                continue;
            }
            need_release(target_file(path, sha256), *bytes);
        }
        need_young_ones();
    }

    void need_release(const std::string& file, const std::string& manifest)
    {
        const auto release = parse_manifest(manifest);
        need(file);
        need(packed_details_path(release.details));
        need(packed_owners_path(release.owners));
        need_inputs(release);
        commits_.insert(release.tree.commit);
    }

    /// What waits for signatures that are made elsewhere is in no list yet.
    void need_young_ones()
    {
        for (const auto& entry : fs::recursive_directory_iterator(site_ / "targets")) {
            struct stat info {};
            if (::lstat(entry.path().c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_mtim.tv_sec > since_) {
                need_release(entry.path().lexically_relative(site_).generic_string(),
                             files::read(entry.path(), largest_manifest));
            }
        }
    }

    bool is_needed(const std::string& path) const
    {
        if (path.starts_with(std::string(statements_directory) + '/')) {
            const auto name = fs::path(path).filename().string();
            return std::ranges::any_of(commits_, [&](const CommitId& one) { return is_statement_about(one, name); });
        }
        return needed_.contains(path);
    }

    /// Objects first: a manifest without them would be one that nobody can use.
    void sweep()
    {
        const std::vector<CommitId> commits(commits_.begin(), commits_.end());
        const auto signer = signer_ ? signer_() : nullptr;
        freed_ += ports_.archive_repository(site_ / "ostree")->keep_only(commits, signer.get());
        for (const auto* folder : {"targets", "details", "owners", "inputs", statements_directory.data()}) {
            sweep(site_ / folder);
        }
        fault_point("prune.files");
    }

    void sweep(const fs::path& folder)
    {
        if (!fs::is_directory(folder)) {
            return;
        }
        std::vector<fs::path> gone;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (entry.is_regular_file() && !is_needed(entry.path().lexically_relative(site_).generic_string())) {
                gone.push_back(entry.path());
            }
        }
        for (const auto& file : gone) {
            interrupt::throw_if_requested();
            remove(file);
        }
    }

    void remove(const fs::path& file)
    {
        freed_ += allocated(file);
        fs::remove(file);
    }

    const PublisherPorts& ports_;
    const fs::path& site_;
    const SummarySigner& signer_;
    SiteState state_;
    std::int64_t since_;
    std::set<Named> named_;  ///< by lists that somebody may hold
    std::set<Named> former_; ///< by older ones
    std::vector<fs::path> old_lists_;
    bool is_unsure_ = false;
    std::set<std::string> needed_; ///< paths below the site
    std::set<CommitId> commits_;
    std::uint64_t freed_ = 0;
};

} // namespace

std::uint64_t prune_site(const PublisherPorts& ports, const fs::path& site, const SummarySigner& signer)
{
    return with_context("give back what " + site.string() + " lists no more",
                        [&] { return Pruning(ports, site, signer).run(); });
}

} // namespace qpkg::app
