// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/base_details.hpp"

#include "build/accounts.hpp"
#include "build/module_details.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace qpkg::build {
namespace {

/// Ascending.
/// Also those of which only the package manager tells, as in a base that somebody else made.
std::vector<Details::BuiltPackage> packages_of_base(std::span<const Package> chosen,
                                                    std::span<const InstalledPackage> installed)
{
    auto packages = built_packages(chosen, installed);
    std::set<std::string_view> known;
    std::ranges::transform(chosen, std::inserter(known, known.end()), &Package::name);
    for (const auto& package : installed) {
        if (!known.contains(package.name) && !package.version.empty()) {
            const auto& source = package.source.empty() ? package.name : package.source;
            const auto& source_version = package.source_version.empty() ? package.version : package.source_version;
            packages.push_back({package.name, package.version, package.arch.empty() ? "all" : package.arch,
                                std::nullopt, source, source_version});
        }
    }
    std::ranges::sort(packages);
    return packages;
}

std::vector<Details::Provided> provided_by(std::span<const InstalledPackage> installed)
{
    std::vector<Details::Provided> provided;
    for (const auto& package : installed) {
        for (const auto& other : package.provides) {
            provided.push_back({package.name, other.name, other.version});
        }
    }
    std::ranges::sort(provided);
    const auto doubles = std::ranges::unique(provided);
    provided.erase(doubles.begin(), doubles.end());
    return provided;
}

std::map<std::pair<std::string, std::string>, std::string> versions_in(const Details& base)
{
    std::map<std::pair<std::string, std::string>, std::string> versions;
    for (const auto& package : base.packages) {
        versions.emplace(std::pair(package.name, package.arch), package.version);
    }
    return versions;
}

std::string account_words(const Details::Account& account)
{
    return (account.kind == Details::AccountKind::user ? "user " : "group ") + account.name;
}

} // namespace

std::vector<Details::File> files_in(const qpkg::ModuleTree& tree)
{
    std::vector<Details::File> files;
    each_path(tree, [&](const std::string& path, const qpkg::ModuleTree::Entry& entry) {
        if (entry.kind != NodeKind::directory && !is_documentation(path)) {
            files.push_back({path, tree.object_of(entry).id});
        }
    });
    std::ranges::sort(files);
    return files;
}

BaseTables describe_base(const ForeignTree& tree, std::vector<Details::File> files, std::span<const Package> chosen,
                         std::span<const InstalledPackage> installed)
{
    auto tables = describe_tree(tree, files_of(installed), [](const std::string&) { return std::nullopt; });
    Details details{.packages = packages_of_base(chosen, installed), .given = std::move(tables.details.given)};
    details.fixes = fixes_of(installed);
    details.provided = provided_by(installed);
    details.accounts = account_rows(accounts_in(tree.top()));
    details.files = std::move(files);
    return {std::move(details), encode_owners(tables.owners, licences_of(installed)), std::move(tables.findings)};
}

std::vector<std::string> taken_back(const Details& before, const Details& now, const IsOlder& is_older)
{
    std::vector<std::string> complaints;
    const auto versions = versions_in(now);
    for (const auto& [package, version] : versions_in(before)) {
        const auto found = versions.find(package);
        if (found != versions.end() && is_older(found->second, version)) {
            complaints.push_back("package " + package.first + ' ' + found->second + " is older than " + version);
        }
    }
    for (const auto& account : before.accounts) {
        const auto same = [&](const Details::Account& other) {
            return other.kind == account.kind && other.name == account.name;
        };
        const auto found = std::ranges::find_if(now.accounts, same);
        if (found != now.accounts.end() && found->number != account.number) {
            complaints.push_back(account_words(account) + " has number " + std::to_string(found->number) + ", not " +
                                 std::to_string(account.number));
        }
    }
    return complaints;
}

void tell_lacked(Details& module, const Details& base)
{
    std::set<Details::Library> known(module.given.begin(), module.given.end());
    known.insert(base.given.begin(), base.given.end());
    const auto given = std::stable_partition(module.taken.begin(), module.taken.end(),
                                             [&](const Details::Library& taken) { return known.contains(taken); });
    module.lacked.assign(given, module.taken.end());
    module.taken.erase(given, module.taken.end());
}

} // namespace qpkg::build
