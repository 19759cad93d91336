// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a wrong entry is no error of its list. A publisher's list may hold thousands of releases, and one of them may be
// malformed or for a kind of machine that is not known here. It is left out and told, and the app it belongs to is
// known to be unusable: "cannot be read" must never look like "is not offered", or another repository's app of the same
// short name would be taken for it.

#include "repo-format/repo/fields.hpp"
#include "repo-format/repo/manifest.hpp"
#include "signing/client.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

/// The entries of publishers' lists.
namespace qpkg::trust {
namespace {

/// Of one publisher. A list of thousands that are wrong is wrong as a whole.
constexpr std::size_t most_entry_problems = 20;

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
                          .base = custom.id<BaseOrNone>("base"),
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

/// The app that a target path is about, as far as that can be told.
std::optional<AppId> app_of(const std::string& path)
{
    const auto parts = text::split(path, '/');
    return parts.size() == 4 ? AppId::parse(parts[0] + "." + parts[1]) : std::nullopt;
}

/// What is wrong with the entries that a publisher of these namespaces may make, by path.
std::map<std::string, Problem> wrong_entries(const std::string& publisher, const std::vector<std::string>& namespaces,
                                             const tuf::Targets& role)
{
    std::map<std::string, Problem> wrong;
    const auto add = [&](const std::string& path, Code code, const std::string& what) {
        wrong.emplace(path,
                      Problem{code, text::escaped(path), "this entry of " + publisher + " is not used: " + what, ""});
    };
    for (const auto& [path, unusable] : role.unusable_targets) {
        if (tuf::covers(namespaces, path)) {
            add(path, unusable.code, unusable.reason);
        }
    }
    for (const auto& [path, target] : role.targets) {
        try {
            if (tuf::covers(namespaces, path)) {
                listed_release(publisher, path, target);
            }
        } catch (const Error& error) {
            add(path, error.code(), error.what());
        }
    }
    return wrong;
}

} // namespace

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

std::vector<ListedRelease> TrustClient::listed() const
{
    std::vector<ListedRelease> releases;
    std::set<std::string> paths;
    for (const auto& publisher : require_publishers().publishers) {
        const auto wrong = wrong_entries(publisher.name, publisher.namespaces, *publisher.role);
        for (const auto& [path, target] : publisher.role->targets) {
            if (wrong.contains(path) || !tuf::covers(publisher.namespaces, path) || !paths.insert(path).second) {
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

std::vector<Problem> TrustClient::entry_problems() const
{
    std::vector<Problem> problems;
    for (const auto& publisher : require_publishers().publishers) {
        const auto wrong = wrong_entries(publisher.name, publisher.namespaces, *publisher.role);
        std::size_t shown = 0;
        for (const auto& [path, problem] : wrong) {
            if (++shown > most_entry_problems) {
                problems.push_back({problem.code, subject_of(publisher.name),
                                    std::to_string(wrong.size() - most_entry_problems) + " more entries are not used",
                                    ""});
                break;
            }
            problems.push_back(problem);
        }
    }
    return problems;
}

std::map<AppId, Problem> TrustClient::unusable_apps() const
{
    std::map<AppId, Problem> apps;
    for (const auto& publisher : require_publishers().publishers) {
        for (const auto& [path, problem] : wrong_entries(publisher.name, publisher.namespaces, *publisher.role)) {
            if (const auto app = app_of(path)) {
                apps.emplace(*app, problem);
            }
        }
    }
    return apps;
}

} // namespace qpkg::trust
