// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_source.hpp"

#include "adapters/apt/apt_run.hpp"
#include "adapters/apt/apt_text.hpp"
#include "adapters/apt/origin.hpp"
#include "adapters/apt/package_cache.hpp"
#include "adapters/apt/package_failure.hpp"
#include "adapters/apt/package_name.hpp"
#include "adapters/apt/recommended.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/redaction.hpp"
#include "qpkg/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace qpkg::apt {
namespace {

namespace fs = std::filesystem;

constexpr const char* archives = "/var/cache/apt/archives/";

Error installation_error(const CommandResult& result)
{
    const auto failure = package_failure(result);
    return failure ? workshop::script_error("install " + text::escaped(failure->package) + ": " +
                                                text::escaped(failure->reason),
                                            failure->words)
                   : command_error(result, "install the packages");
}

/// `why` names the run: each has a place of its own in the scratch directory.
std::vector<std::string> known_names(const Workshop& workshop, const std::string& why)
{
    OnlineRun run(workshop, why);
    return text::split(run({"apt-cache", "pkgnames"}).output, '\n');
}

[[noreturn]] void refuse_unknown_package(const Workshop& workshop, const std::string& name)
{
    throw Error(Code::not_found, "no package \"" + text::escaped(name) + "\" in the base's package sources",
                text::hint_for(name, known_names(workshop, "near-names")));
}

/// The names to ask apt for. What it says of a name that it does not know, it says when it chooses.
std::vector<std::string> names_to_install(const Workshop& workshop, const PackageWish& wish)
{
    if (wish.recommended != Recommended::named) {
        return wish.names;
    }
    OnlineRun about(workshop, "recommended");
    const auto asked =
        parse_status(about(std::vector<std::string>{"apt-cache", "show", "--no-all-versions"} + wish.names).output);
    OnlineRun status(workshop, "status");
    const auto there = parse_status(status({"cat", "/var/lib/dpkg/status"}).output);
    const auto known = known_names(workshop, "names");
    return wish.names + recommended_names(asked, there, {known.begin(), known.end()});
}

std::vector<std::string> install_words(const PackageWish& wish)
{
    return apt_get + std::vector<std::string>{"install", wish.recommended == Recommended::all
                                                             ? "--install-recommends"
                                                             : "--no-install-recommends"};
}

/// What apt would download to do this.
CommandResult ask_for_uris(const Workshop& workshop, const std::vector<std::string>& words,
                           const std::vector<std::string>& names)
{
    OnlineRun run(workshop, "choose");
    // An empty archive, else apt leaves out what the cache has.
    run.layer("/var/empty-archive/partial/");
    return run(words + std::vector<std::string>{"--print-uris", "-o", "Dir::Cache::Archives=/var/empty-archive"} +
               names);
}

std::vector<PackageUri> choose_packages(const Workshop& workshop, const PackageWish& wish,
                                        const std::vector<std::string>& names)
{
    const auto result = ask_for_uris(workshop, install_words(wish), names);
    if (result.status != 0) {
        if (const auto name = unknown_package(result.errors)) {
            refuse_unknown_package(workshop, *name);
        }
        throw command_error(result, "choose packages");
    }
    auto uris = parse_uris(result.output);
    for (const auto& name : wish.names) {
        if (std::ranges::none_of(uris, [&](const PackageUri& uri) { return uri.file_name.starts_with(name + '_'); })) {
            throw Error(Code::conflict,
                        "nothing to build: the base has " + name + " already, or it is only another name");
        }
    }
    return uris;
}

void download_chosen(const Workshop& workshop, const PackageWish& wish, const std::vector<std::string>& names,
                     std::size_t packages)
{
    OnlineRun run(workshop, "download");
    workshop.progress.begin("download", text::join(wish.names, " "), packages);
    run.command().on_line = [&](std::string_view line) {
        if (line.starts_with("Get:")) {
            workshop.progress.advance(1);
        }
    };
    const auto result = run(install_words(wish) + std::vector<std::string>{"--download-only"} + names);
    if (result.status != 0) {
        throw command_error(result, "download packages");
    }
    workshop.progress.end(std::to_string(packages) + " packages");
}

/// sha256 as the signed package lists say.
std::map<std::string, Digest> signed_digests(const Workshop& workshop, const std::vector<PackageUri>& uris)
{
    std::vector<std::string> words;
    for (const auto& uri : uris) {
        const auto name = parse_package_file_name(uri.file_name);
        words.push_back(record_word(name.name, name.arch, name.version));
    }
    OnlineRun run(workshop, "records");
    const auto result = run(std::vector<std::string>{"apt-cache", "show"} + words);
    if (result.status != 0) {
        throw command_error(result, "ask apt for the packages' digests");
    }
    return digests_in(result.output);
}

void update_lists(const Workshop& workshop)
{
    OnlineRun run(workshop, "update");
    workshop.progress.begin("update", "package lists", 0);
    const auto result = run(apt_get + std::vector<std::string>{"-o", "APT::Update::Error-Mode=any", "update"});
    if (result.status != 0) {
        throw command_error(result, "refresh the package lists", "the base's package sources must be reachable");
    }
    workshop.progress.end("");
}

Error gone(const LockedPackage& locked)
{
    return {Code::not_found,
            fmt::format("package {} {} ({}) can no longer be had from {}", locked.package.name, locked.package.version,
                        locked.package.arch, locked.uri),
            "build without the lock file to take what the package sources have now"};
}

void refuse_secret(const std::string& package, const std::string& uri)
{
    if (redacted(uri) != uri) {
        throw Error(Code::usage,
                    "lock package " + package + ": its address " + redacted(uri) +
                        " has a password or a token, and lock files are published",
                    "write it into a file of the base's /etc/apt/auth.conf.d instead");
    }
}

/// Debian, Ubuntu and Kali keep security fixes in an archive or below a host of that name.
bool is_of_security(std::string_view uri)
{
    const auto place = uri.substr(0, uri.find("/pool/"));
    return place.ends_with("-security") || place.find("://security.") != std::string_view::npos;
}

std::vector<OfferedPackage> as_offered(const Workshop& workshop, const std::vector<PackageUri>& uris)
{
    const auto digests = signed_digests(workshop, uris);
    std::vector<OfferedPackage> offered;
    for (const auto& [uri, file_name, size] : uris) {
        const auto name = parse_package_file_name(file_name);
        const auto digest = digests.find(file_name);
        if (digest == digests.end()) {
            throw Error(Code::corrupt, "package file " + file_name + " is in no signed package list");
        }
        offered.push_back({{name.name, name.version, name.arch, digest->second}, size, is_of_security(uri)});
    }
    std::ranges::sort(offered);
    return offered;
}

} // namespace

std::vector<OfferedPackage> AptSource::look(const Workshop& workshop, const PackageWish& wish) const
{
    std::ranges::for_each(wish.names, require_package_name);
    const PackageCache cache(workshop.cache);
    update_lists(workshop);
    return as_offered(workshop, choose_packages(workshop, wish, names_to_install(workshop, wish)));
}

std::vector<FoundPackage> AptSource::search(const Workshop& workshop, std::span<const std::string> words) const
{
    const PackageCache cache(workshop.cache);
    update_lists(workshop);
    OnlineRun run(workshop, "search");
    const auto result = run({"apt-cache", "search", "."}); // everything: what words mean is decided here
    if (result.status != 0) {
        throw command_error(result, "search the package lists");
    }
    auto found = parse_search(result.output);
    std::erase_if(found, [&](const FoundPackage& one) { return !has_words(one, words); });
    std::ranges::sort(found);
    return found;
}

std::vector<OfferedPackage> AptSource::look_at_base(const Workshop& workshop) const
{
    const PackageCache cache(workshop.cache);
    update_lists(workshop);
    const auto result = ask_for_uris(workshop, apt_get + std::vector<std::string>{"dist-upgrade"}, {});
    if (result.status != 0) {
        throw command_error(result, "ask what the base lacks");
    }
    const auto uris = parse_uris(result.output);
    return uris.empty() ? std::vector<OfferedPackage>() : as_offered(workshop, uris);
}

PackageChoice AptSource::resolve(const Workshop& workshop, const PackageWish& wish) const
{
    std::ranges::for_each(wish.names, require_package_name);
    const PackageCache cache(workshop.cache);
    update_lists(workshop);
    const auto names = names_to_install(workshop, wish);
    const auto uris = choose_packages(workshop, wish, names);
    if (!wish.lists.empty()) {
        copy_signed_lists(workshop.cache, wish.lists);
    }
    download_chosen(workshop, wish, names, uris.size());
    const auto expected = signed_digests(workshop, uris);
    PackageChoice choice{{}, 0};
    for (const auto& [uri, file_name, size] : uris) {
        interrupt::throw_if_requested();
        const auto name = parse_package_file_name(file_name);
        const auto found = cache.digest_of(file_name);
        const auto wanted = expected.find(file_name);
        if (!found || wanted == expected.end() || wanted->second != *found) {
            cache.remove(file_name); // so that the next build downloads it anew
            throw Error(Code::corrupt, "package file " + file_name + " is not what the signed package list names");
        }
        refuse_secret(name.name, uri);
        choice.epoch = std::max(choice.epoch, cache.time_of(file_name));
        choice.packages.push_back({{name.name, name.version, name.arch, *found}, cache.size_of(file_name), uri});
    }
    std::ranges::sort(choice.packages);
    return choice;
}

void AptSource::download(const Workshop& workshop, std::span<const LockedPackage> packages) const
{
    const PackageCache cache(workshop.cache);
    std::vector<LockedPackage> missing;
    std::vector<std::string> argv{"/usr/lib/apt/apt-helper", "-o", "APT::Sandbox::User=root", "download-file"};
    for (const auto& locked : packages) {
        interrupt::throw_if_requested();
        const auto file_name = package_file_name(locked.package);
        if (cache.digest_of(file_name) != locked.package.sha256) {
            cache.remove(file_name); // else apt-helper asks the server only for what it takes to be the rest of it
            missing.push_back(locked);
            argv = argv +
                   std::vector<std::string>{locked.uri, archives + file_name, "SHA256:" + locked.package.sha256.hex()};
        }
    }
    if (missing.empty()) {
        return;
    }
    OnlineRun run(workshop, "fetch");
    workshop.progress.begin("download", "locked packages", missing.size());
    const auto result = run(std::move(argv));
    for (const auto& locked : missing) {
        if (cache.digest_of(package_file_name(locked.package)) != locked.package.sha256) {
            const bool is_unreachable = result.errors.find("404") == std::string::npos &&
                                        result.errors.find("Hash Sum mismatch") == std::string::npos &&
                                        result.errors.find("File not found") == std::string::npos;
            throw is_unreachable ? command_error(result, gone(locked).what()) : gone(locked);
        }
    }
    workshop.progress.end(std::to_string(missing.size()) + " packages");
}

void AptSource::hand_out(const Workshop& workshop, const LockedPackage& package, const fs::path& file) const
{
    const PackageCache cache(workshop.cache);
    copy_package(workshop.cache, package, file);
}

void AptSource::take_in(const Workshop& workshop, const LockedPackage& package, const fs::path& file) const
{
    const PackageCache cache(workshop.cache);
    prepare_cache(workshop.cache);
    cache.put(package_file_name(package.package), files::read(file, package.size));
}

void AptSource::prove(const Workshop& workshop, std::span<const LockedPackage> packages, const fs::path& lists) const
{
    require_origin(workshop, packages, lists);
}

fs::path AptSource::install(const Workshop& workshop, std::span<const LockedPackage> packages, std::int64_t epoch) const
{
    AptRun run(workshop, "install");
    files::write(run.layer("/usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n", 0755, files::Durability::scratch);
    auto argv = apt_get + std::vector<std::string>{
                              "--no-install-recommends",         "-o", "Dir::State::Lists=/run/no-lists", "-o",
                              "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold", "install"};
    for (const auto& locked : packages) {
        const auto file_name = package_file_name(locked.package);
        copy_package(workshop.cache, locked, run.layer(archives + file_name));
        argv.push_back(archives + file_name);
    }
    run.command().environment.emplace_back("SOURCE_DATE_EPOCH", std::to_string(epoch));
    run.command().environment.emplace_back("FORCE_SOURCE_DATE", "1"); // TeX heeds the other one only with this
    workshop.progress.begin("install", "packages", 2 * packages.size());
    run.command().on_line = [&](std::string_view line) {
        if (line.starts_with("Unpacking ") || line.starts_with("Setting up ")) {
            workshop.progress.advance(1);
        }
    };
    const auto result = run(std::move(argv));
    if (result.status != 0) {
        throw installation_error(result);
    }
    workshop.progress.end(std::to_string(packages.size()) + " packages");
    return run.upper();
}

} // namespace qpkg::apt
