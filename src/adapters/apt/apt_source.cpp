// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_source.hpp"

#include "adapters/apt/apt_text.hpp"
#include "adapters/apt/package_cache.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

/// Runs its first argument as the ordinary user of a qube, in a home of its own.
constexpr const char* as_user = "mkdir -m 700 /tmp/home && chown 1000:1000 /tmp/home && cd /tmp/home && "
                                "exec setpriv --reuid=1000 --regid=1000 --clear-groups /bin/sh -c \"$1\"";
constexpr std::size_t largest_resolv_conf = 64 * 1024;
constexpr const char* archives = "/var/cache/apt/archives/";

/// APT::Sandbox::User: a sandbox of one user has no room for apt's own.
const std::vector<std::string> apt_get{"apt-get", "-q", "-y", "-o", "APT::Sandbox::User=root", "-o", "Dpkg::Use-Pty=0"};

std::vector<std::string> operator+(std::vector<std::string> words, const std::vector<std::string>& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::vector<std::pair<std::string, std::string>> build_environment()
{
    std::vector<std::pair<std::string, std::string>> environment{
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"HOME", "/root"},
        {"LC_ALL", "C.UTF-8"},
        {"TZ", "UTC"},
        {"DEBIAN_FRONTEND", "noninteractive"},
        {"DEBCONF_NONINTERACTIVE_SEEN", "true"}};
    return environment;
}

/// One run in the sandbox, with changes of its own.
class Run {
public:
    Run(const Workshop& workshop, const std::string& name) : workshop_(workshop), place_(workshop.scratch / name)
    {
        request_.base_image = workshop.base_image;
        request_.upper = place_ / "upper";
        request_.work = place_ / "work";
        request_.lower = {place_ / "layer"};
        request_.command.environment = build_environment();
        request_.command.clean_environment = true;
        const ForeignTree scratch(workshop.scratch);
        for (const auto* part : {"upper", "work", "layer"}) {
            scratch.make_directories(name + '/' + part);
        }
    }

    /// Files that lie over the base and are no part of the changes.
    fs::path layer(const fs::path& inside) const
    {
        ForeignTree(place_ / "layer").make_directories(inside.parent_path().string());
        return place_ / "layer" / inside.relative_path();
    }
    const fs::path& upper() const noexcept { return request_.upper; }
    SandboxRun& request() noexcept { return request_; }
    Command& command() noexcept { return request_.command; }

    void allow_network()
    {
        request_.network = Network::host;
        for (const auto* name : {"http_proxy", "https_proxy", "no_proxy"}) {
            if (const auto* value = std::getenv(name)) {
                request_.command.environment.emplace_back(name, value);
            }
        }
        if (const auto servers = files::read_if_exists("/etc/resolv.conf", largest_resolv_conf)) {
            files::write(layer("/etc/resolv.conf"), *servers, 0644, files::Durability::scratch);
        }
    }

    CommandResult operator()(std::vector<std::string> argv)
    {
        request_.command.argv = std::move(argv);
        return workshop_.sandbox.run(request_);
    }

private:
    const Workshop& workshop_;
    fs::path place_;
    SandboxRun request_;
};

Error command_error(const CommandResult& result, const std::string& what, const std::string& hint = {})
{
    auto lines = text::split(result.errors.empty() ? result.output : result.errors, '\n');
    std::erase_if(lines, [](const std::string& line) { return line.empty() || line.starts_with("W: "); });
    if (lines.size() > 4) {
        lines.erase(lines.begin(), lines.end() - 4);
    }
    return {Code::failed, what + ": " + text::escaped(text::join(lines, "; "), 600), hint};
}

/// A run of apt with network and the cache in place.
class AptRun : public Run {
public:
    AptRun(const Workshop& workshop, const std::string& name) : Run(workshop, name)
    {
        allow_network();
        prepare_cache(workshop.cache);
        request().binds = {{workshop.cache / "lists", "/var/lib/apt/lists"},
                           {workshop.cache / "apt", "/var/cache/apt"}};
    }
};

[[noreturn]] void refuse_unknown_package(const Workshop& workshop, const std::string& name)
{
    AptRun run(workshop, "names");
    const auto names = text::split(run({"apt-cache", "pkgnames"}).output, '\n');
    throw Error(Code::not_found, "no package \"" + text::escaped(name) + "\" in the base's package sources",
                text::hint_for(name, names));
}

std::vector<std::string> install_words(const Recipe& recipe)
{
    return apt_get +
           std::vector<std::string>{"install", recipe.recommends ? "--install-recommends" : "--no-install-recommends"};
}

std::vector<PackageUri> choose_packages(const Workshop& workshop, const Recipe& recipe)
{
    AptRun run(workshop, "choose");
    // An empty archive, else apt leaves out what the cache has.
    run.layer("/var/empty-archive/partial/");
    const auto result = run(install_words(recipe) +
                            std::vector<std::string>{"--print-uris", "-o", "Dir::Cache::Archives=/var/empty-archive"} +
                            recipe.packages);
    if (result.status != 0) {
        if (const auto name = unknown_package(result.errors)) {
            refuse_unknown_package(workshop, *name);
        }
        throw command_error(result, "choose packages");
    }
    auto uris = parse_uris(result.output);
    for (const auto& name : recipe.packages) {
        if (std::ranges::none_of(uris, [&](const PackageUri& uri) { return uri.file_name.starts_with(name + '_'); })) {
            throw Error(Code::conflict,
                        "nothing to build: the base has " + name + " already, or it is only another name");
        }
    }
    return uris;
}

void download(const Workshop& workshop, const Recipe& recipe, std::size_t packages)
{
    AptRun run(workshop, "download");
    workshop.progress.begin("download", text::join(recipe.packages, " "), packages);
    run.command().on_line = [&](std::string_view line) {
        if (line.starts_with("Get:")) {
            workshop.progress.advance(1);
        }
    };
    const auto result = run(install_words(recipe) + std::vector<std::string>{"--download-only"} + recipe.packages);
    if (result.status != 0) {
        throw command_error(result, "download packages");
    }
    workshop.progress.end(std::to_string(packages) + " packages");
}

/// sha256 as the signed package lists say.
std::map<std::string, Digest> signed_digests(const Workshop& workshop, const std::vector<PackageUri>& uris)
{
    std::vector<std::string> argv{"apt-cache", "show"};
    for (const auto& uri : uris) {
        const auto name = parse_package_file_name(uri.file_name);
        argv.push_back(name.name + (name.arch == "all" ? "" : ':' + name.arch) + '=' + name.version);
    }
    AptRun run(workshop, "records");
    const auto result = run(std::move(argv));
    if (result.status != 0) {
        throw command_error(result, "ask apt for the packages' digests");
    }
    std::map<std::string, Digest> digests;
    for (const auto& package : parse_package_records(result.output)) {
        digests.emplace(package_file_name(package), package.sha256);
    }
    return digests;
}

void update_lists(const Workshop& workshop)
{
    AptRun run(workshop, "update");
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

} // namespace

Lock resolve_packages(const Workshop& workshop, const Recipe& recipe, const BaseId& base, const CommitId& base_commit)
{
    const PackageCache cache(workshop.cache);
    update_lists(workshop);
    const auto uris = choose_packages(workshop, recipe);
    download(workshop, recipe, uris.size());
    const auto expected = signed_digests(workshop, uris);
    Lock lock{base, base_commit, 0, {}};
    for (const auto& [uri, file_name] : uris) {
        interrupt::throw_if_requested();
        const auto name = parse_package_file_name(file_name);
        const auto found = cache.digest_of(file_name);
        const auto wanted = expected.find(file_name);
        if (!found || wanted == expected.end() || wanted->second != *found) {
            cache.remove(file_name); // so that the next build downloads it anew
            throw Error(Code::corrupt, "package file " + file_name + " is not what the signed package list names");
        }
        lock.epoch = std::max(lock.epoch, cache.time_of(file_name));
        lock.packages.push_back({{name.name, name.version, name.arch, *found}, cache.size_of(file_name), uri});
    }
    std::ranges::sort(lock.packages);
    return lock;
}

void fetch_packages(const Workshop& workshop, const Lock& lock)
{
    const PackageCache cache(workshop.cache);
    std::vector<LockedPackage> missing;
    std::vector<std::string> argv{"/usr/lib/apt/apt-helper", "-o", "APT::Sandbox::User=root", "download-file"};
    for (const auto& locked : lock.packages) {
        interrupt::throw_if_requested();
        const auto file_name = package_file_name(locked.package);
        if (cache.digest_of(file_name) != locked.package.sha256) {
            missing.push_back(locked);
            argv = argv +
                   std::vector<std::string>{locked.uri, archives + file_name, "SHA256:" + locked.package.sha256.hex()};
        }
    }
    if (missing.empty()) {
        return;
    }
    AptRun run(workshop, "fetch");
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

fs::path install_packages(const Workshop& workshop, const Lock& lock)
{
    Run run(workshop, "install");
    files::write(run.layer("/usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n", 0755, files::Durability::scratch);
    auto argv = apt_get + std::vector<std::string>{
                              "--no-install-recommends",         "-o", "Dir::State::Lists=/run/no-lists", "-o",
                              "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold", "install"};
    for (const auto& locked : lock.packages) {
        const auto file_name = package_file_name(locked.package);
        copy_package(workshop.cache, locked, run.layer(archives));
        argv.push_back(archives + file_name);
    }
    run.command().environment.emplace_back("SOURCE_DATE_EPOCH", std::to_string(lock.epoch));
    workshop.progress.begin("install", "packages", 2 * lock.packages.size());
    run.command().on_line = [&](std::string_view line) {
        if (line.starts_with("Unpacking ") || line.starts_with("Setting up ")) {
            workshop.progress.advance(1);
        }
    };
    const auto result = run(std::move(argv));
    if (result.status != 0) {
        throw command_error(result, "install the packages");
    }
    workshop.progress.end(std::to_string(lock.packages.size()) + " packages");
    return run.upper();
}

void run_tests(const Workshop& workshop, const fs::path& tree, const std::vector<std::string>& tests)
{
    for (std::size_t i = 0; i < tests.size(); ++i) {
        Run run(workshop, "test-" + std::to_string(i));
        run.request().lower = {tree};
        run.command().environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"},
                                     {"HOME", "/tmp/home"},
                                     {"LANG", "C.UTF-8"}};
        workshop.progress.begin("test", tests[i], 0);
        const auto result = run({"/bin/sh", "-c", as_user, "sh", tests[i]});
        if (result.status != 0) {
            throw command_error(result,
                                fmt::format("test \"{}\" ended with {}", text::escaped(tests[i]), result.status));
        }
        workshop.progress.end("passed");
    }
}

} // namespace qpkg::build
