// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/core/word.hpp"
#include "qpkg/ports/package_source.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace qpkg::testing {

/// What a FakeSource brings packages from. A package is a text, each line a word and what it says: "summary",
/// "source", "requires", "fixes", "recommends", "script" (ran, or "fails"), "file PATH CONTENT".
struct FakeArchive {
    std::map<std::string, std::string> packages;
    std::map<std::string, Digest> digests; ///< what somebody signed
    std::set<std::string> in_base;
    std::set<std::string> newer_in_base; ///< of those, what is offered in another version
    bool is_reachable = true;

    void add(const std::string& name, const std::string& text)
    {
        packages[name] = text;
        digests.insert_or_assign(name, sha256(text));
    }
};

/// A package manager that needs no programs: its state is one text for each package.
class FakeSource final : public PackageSource {
public:
    explicit FakeSource(const FakeArchive& archive) : archive_(archive) {}

    static std::string state_of(const std::string& package) { return "/var/lib/fake/" + package; }

    AppId app_of(std::string_view package) const override
    {
        if (!text::is_word(package, 100)) {
            throw Error(Code::usage, "no name of a package");
        }
        return AppId::require("org.fake." + std::string(package));
    }

    std::vector<KnownBase> bases() const override { return {{BaseId::require("fake-1"), 1'700'000'000}}; }
    std::vector<Package> make_root(const RootRequest&, Progress&) const override
    {
        throw Error(Code::unsupported, "a fake makes no root");
    }
    bool serves(const ForeignTree& root) const override { return root.has_directory("/var/lib/fake"); }
    void settle(const ForeignTree& root) const override { root.remove("/var/lib/fake.lock"); }

    std::vector<OfferedPackage> look(const Workshop&, const PackageWish& wish) const override
    {
        std::vector<OfferedPackage> offered;
        for (const auto& locked : chosen(wish)) {
            offered.push_back({locked.package, locked.size});
        }
        return offered;
    }

    std::vector<FoundPackage> search(const Workshop&, std::span<const std::string> words) const override
    {
        if (!archive_.is_reachable) {
            throw Error(Code::failed, "the archive cannot be reached");
        }
        std::vector<FoundPackage> found;
        for (const auto& [name, content] : archive_.packages) {
            const auto summary = text::join(said(content, "summary"), " ");
            if (std::ranges::all_of(
                    words, [&](const auto& word) { return (name + ' ' + summary).find(word) != std::string::npos; })) {
                found.push_back({name, summary});
            }
        }
        return found;
    }

    std::vector<OfferedPackage> look_at_base(const Workshop&) const override
    {
        if (!archive_.is_reachable) {
            throw Error(Code::failed, "the archive cannot be reached");
        }
        std::vector<OfferedPackage> offered;
        for (const auto& name : archive_.newer_in_base) {
            offered.push_back({{name, "2.0", "all", archive_.digests.at(name)}, archive_.packages.at(name).size()});
        }
        return offered;
    }

    PackageChoice resolve(const Workshop& workshop, const PackageWish& wish) const override
    {
        const PackageChoice choice{chosen(wish), 1'700'000'000};
        download(workshop, choice.packages);
        if (!wish.lists.empty()) {
            std::string list = "signed\n";
            for (const auto& [name, digest] : archive_.digests) {
                list += name + ' ' + digest.hex() + '\n';
            }
            files::make_directories(wish.lists);
            files::write(wish.lists / "fake_list", list, 0644, files::Durability::scratch);
        }
        return choice;
    }

    void hand_out(const Workshop& workshop, const LockedPackage& locked,
                  const std::filesystem::path& file) const override
    {
        if (cached(workshop, locked.package.name) != locked.package.sha256) {
            throw Error(Code::corrupt, locked.package.name + " is not what was chosen");
        }
        std::filesystem::copy_file(workshop.cache / locked.package.name, file);
    }

    void take_in(const Workshop& workshop, const LockedPackage& locked,
                 const std::filesystem::path& file) const override
    {
        files::make_directories(workshop.cache);
        files::write(workshop.cache / locked.package.name, files::read(file, locked.size), 0644,
                     files::Durability::scratch);
    }

    void prove(const Workshop&, std::span<const LockedPackage> packages,
               const std::filesystem::path& lists) const override
    {
        const auto list = files::read_if_exists(lists / "fake_list", largest).value_or("");
        for (const auto& [package, size, uri] : packages) {
            if (!list.starts_with("signed\n") ||
                list.find('\n' + package.name + ' ' + package.sha256.hex() + '\n') == std::string::npos) {
                throw Error(Code::untrusted, "origin not proven: " + package.name);
            }
        }
    }

    std::vector<LockedPackage> chosen(const PackageWish& wish) const
    {
        std::vector<LockedPackage> choice;
        auto waiting = wish.names;
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            app_of(waiting[i]);
            choice.push_back(choose(waiting[i]));
            const auto& content = archive_.packages.at(waiting[i]);
            for (const auto& more : said(content, "requires")) {
                waiting.push_back(more);
            }
            if (wish.recommended == Recommended::all ||
                (wish.recommended == Recommended::named && i < wish.names.size())) {
                for (const auto& more : said(content, "recommends")) {
                    waiting.push_back(more);
                }
            }
        }
        std::ranges::sort(choice);
        return choice;
    }

    void download(const Workshop& workshop, std::span<const LockedPackage> packages) const override
    {
        files::make_directories(workshop.cache);
        for (const auto& locked : packages) {
            const auto& name = locked.package.name;
            if (cached(workshop, name) == locked.package.sha256) {
                continue;
            }
            const auto found = archive_.packages.find(name);
            if (!archive_.is_reachable || found == archive_.packages.end() ||
                sha256(found->second) != locked.package.sha256) {
                throw Error(Code::not_found, "package " + name + " can no longer be had from " + locked.uri);
            }
            files::write(workshop.cache / name, found->second, 0644, files::Durability::scratch);
        }
    }

    std::filesystem::path install(const Workshop& workshop, std::span<const LockedPackage> packages,
                                  std::int64_t) const override
    {
        const auto place = workshop.scratch / "changes";
        files::make_directories(place);
        const ForeignTree changes(place);
        for (const auto& [package, size, uri] : packages) {
            if (cached(workshop, package.name) != package.sha256) {
                throw Error(Code::corrupt, package.name + " is not what was chosen");
            }
            const auto content = files::read(workshop.cache / package.name, size);
            for (const auto& file : said(content, "file")) {
                const auto path = file.substr(0, file.find(' '));
                changes.write(path, file.substr(path.size()));
            }
            if (said(content, "script") == std::vector<std::string>{"fails"}) {
                throw Error(Code::failed, "the script of " + package.name + " failed");
            }
            changes.write(state_of(package.name), content);
        }
        return place;
    }

    std::vector<InstalledPackage> describe(const ForeignTree& changes) const override
    {
        std::vector<InstalledPackage> packages;
        for (const auto& [path, info] : changes.list("/var/lib/fake")) {
            const auto content = changes.read(path, largest);
            InstalledPackage package{.name = path.substr(path.rfind('/') + 1)};
            package.summary = text::join(said(content, "summary"), " ");
            package.source = text::join(said(content, "source"), " ");
            package.version = package_version;
            package.fixes = said(content, "fixes");
            for (const auto& needed : said(content, "requires")) {
                package.needs.push_back({{needed}});
            }
            for (const auto& wanted : said(content, "recommends")) {
                package.recommends.push_back({{wanted}});
            }
            package.has_scripts = !said(content, "script").empty();
            for (const auto& file : said(content, "file")) {
                package.paths.push_back(file.substr(0, file.find(' ')));
            }
            packages.push_back(std::move(package));
        }
        return packages;
    }

    bool is_older(std::string_view version, std::string_view than) const override { return version < than; }

    std::vector<std::string_view> own_places() const override { return {"/var/lib/fake"}; }

private:
    static constexpr std::size_t largest = 1024 * 1024;
    static constexpr const char* package_version = "1.0";

    static std::vector<std::string> said(const std::string& package, const std::string& word)
    {
        std::vector<std::string> said;
        for (const auto& line : text::split(package, '\n')) {
            if (line.starts_with(word + ' ')) {
                said.push_back(line.substr(word.size() + 1));
            }
        }
        return said;
    }

    static std::optional<Digest> cached(const Workshop& workshop, const std::string& name)
    {
        const auto bytes = files::read_if_exists(workshop.cache / name, largest);
        return bytes ? std::optional(sha256(*bytes)) : std::nullopt;
    }

    LockedPackage choose(const std::string& name) const
    {
        if (!archive_.is_reachable) {
            throw Error(Code::failed, "the archive cannot be reached");
        }
        if (archive_.in_base.contains(name)) {
            throw Error(Code::conflict, "the base has " + name);
        }
        const auto found = archive_.packages.find(name);
        if (found == archive_.packages.end()) {
            std::vector<std::string> names;
            std::ranges::transform(archive_.packages, std::back_inserter(names), [](auto& row) { return row.first; });
            throw Error(Code::not_found, "no package " + name, text::hint_for(name, names));
        }
        if (sha256(found->second) != archive_.digests.at(name)) {
            throw Error(Code::corrupt, name + " is not what was signed");
        }
        return {{name, package_version, "all", archive_.digests.at(name)}, found->second.size(), "fake:" + name};
    }

    const FakeArchive& archive_;
};

} // namespace qpkg::testing
