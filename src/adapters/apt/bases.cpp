// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_source.hpp"
#include "adapters/apt/apt_text.hpp"
#include "adapters/apt/package_name.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/mounts.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>

namespace qpkg::apt {
namespace {

struct Distribution {
    KnownBase base;
    std::string suite;
};

const std::vector<Distribution>& distributions()
{
    static const std::vector<Distribution> all{{{BaseId::require("debian-12"), 1'686'355'200}, "bookworm"},
                                               {{BaseId::require("debian-13"), 1'754'697'600}, "trixie"}};
    return all;
}

const Distribution& distribution_of(const BaseId& id)
{
    const auto found =
        std::ranges::find_if(distributions(), [&](const Distribution& known) { return known.base.id == id; });
    if (found == distributions().end()) {
        throw Error(Code::not_found, "no suite of Debian is known for base " + id.text());
    }
    return *found;
}

constexpr std::size_t largest_list = 16 * 1024 * 1024;

/// Runs in the new root, where apt still has its lists: which packages are there, with the digests of their files.
constexpr const char* list_packages =
    R"(--customize-hook=chroot "$1" sh -c 'apt-cache show $(dpkg-query -W -f "\${binary:Package}=\${Version} ")' > "$QPKG_RECORDS")";

/// The root believes whom its maker believed. apt goes by the name: what is armoured ends in .asc.
constexpr const char* take_keyring =
    R"(--customize-hook=install -m 644 "$QPKG_KEYRING" "$1/etc/apt/trusted.gpg.d/base.$QPKG_KEYRING_FORM")";

bool is_armoured(const std::filesystem::path& keyring) { return keyring.extension() == ".asc"; }

std::string included_packages(const RootRequest& request)
{
    std::string names = "ca-certificates,dbus,netbase,procps";
    for (const auto& package : request.packages) {
        require_package_name(package);
        names += ',' + package;
    }
    return names;
}

std::vector<std::string> bootstrap_command(const std::string& suite, const RootRequest& request)
{
    // In a pid namespace of its own: when qpkg is killed, nothing of it goes on. In a session of its own: no package's
    // script can type into the caller's terminal.
    std::vector<std::string> argv{
        "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "setsid", "--wait", "mmdebstrap",
        "--mode=root", "--variant=minbase", "--format=tar", "--skip=output/mknod",
        "--include=" + included_packages(request), R"(--aptopt=APT::Sandbox::User "root")",
        // The ordinary user whose programs the qube runs.
        R"(--customize-hook=chroot "$1" useradd --create-home --shell /bin/bash --uid 1000 user)", list_packages};
    if (!request.keyring.empty()) {
        argv.insert(argv.end(), {"--keyring=" + request.keyring.string(), take_keyring});
    }
    argv.insert(argv.end(), {suite, request.tar.string()});
    if (!request.mirror.empty()) {
        argv.push_back(request.mirror);
    }
    return argv;
}

/// The lines of mmdebstrap's complaints that say something to people: of apt and dpkg, not of the programs around them.
std::string reason_of(const std::string& errors)
{
    std::vector<std::string> complaints;
    for (const auto& line : text::split(errors, '\n')) {
        const bool is_complaint =
            line.starts_with("E: ") || line.starts_with("W: Failed") || line.starts_with("dpkg: error");
        if (is_complaint && line.find("apt-get update") == std::string::npos &&
            line.find("mmdebstrap") == std::string::npos) {
            complaints.push_back(line);
        }
    }
    complaints.resize(std::min<std::size_t>(complaints.size(), 2));
    return complaints.empty() ? "mmdebstrap failed" : text::escaped(text::join(complaints, "; "), 600);
}

} // namespace

std::vector<KnownBase> AptSource::bases() const
{
    std::vector<KnownBase> known;
    std::ranges::transform(distributions(), std::back_inserter(known), &Distribution::base);
    return known;
}

std::vector<Package> AptSource::make_root(const RootRequest& request, Progress& progress) const
{
    const auto& [known, suite] = distribution_of(request.base);
    const auto scratch = request.tar.parent_path();
    const auto records = scratch / "records";
    for (const auto* part : {"temporary", "nothing", "upper", "work"}) {
        files::make_directories(scratch / part);
    }
    progress.begin("prepare", known.id.text(), 0);
    const Command command{.argv = bootstrap_command(suite, request),
                          .environment = {{"SOURCE_DATE_EPOCH", std::to_string(known.epoch)},
                                          {"TMPDIR", (scratch / "temporary").string()},
                                          {"QPKG_RECORDS", records.string()},
                                          {"QPKG_KEYRING", request.keyring.string()},
                                          {"QPKG_KEYRING_FORM", is_armoured(request.keyring) ? "asc" : "gpg"},
                                          {"LC_ALL", "C.UTF-8"}},
                          .directory = {},
                          .input = {},
                          .on_line =
                              [&](std::string_view line) {
                                  log::debug(line);
                                  if (const auto stage = bootstrap_stage(line)) {
                                      progress.end("");
                                      progress.begin(*stage, known.id.text(), 0);
                                  }
                              },
                          .in_child =
                              [&] {
                                  // dpkg syncs each file; an overlay can leave that out, and a build that is cut off is
                                  // lost anyway.
                                  mounts::enter_private_namespace();
                                  mounts::mount_overlay(scratch / "temporary", {scratch / "nothing"},
                                                        mounts::OverlayChanges{scratch / "upper", scratch / "work",
                                                                               mounts::Flush::never});
                              }};
    const auto result = run(command);
    if (result.status != 0) {
        throw Error(Code::failed, "build base " + known.id.text() + ": " + reason_of(result.errors),
                    "its packages come from " +
                        (request.mirror.empty() ? "Debian's own mirrors" : text::escaped(request.mirror)));
    }
    auto packages = parse_package_records(files::read(records, largest_list));
    progress.end(std::to_string(packages.size()) + " packages");
    return packages;
}

bool AptSource::serves(const ForeignTree& root) const
{
    return root.has_directory("var/lib/dpkg") || root.look("usr/bin/apt-get");
}

void AptSource::settle(const ForeignTree& root) const
{
    for (const auto* place : {"var/cache/apt", "var/cache/debconf", "var/lib/apt/lists"}) {
        root.remove(place);
        root.make_directories(place);
    }
    for (const auto* file : {"var/lib/dpkg/lock", "var/lib/dpkg/lock-frontend"}) {
        root.remove(file);
    }
    // apt expects these.
    for (const auto* place : {"var/cache/apt/archives/partial", "var/lib/apt/lists/partial", "var/log/apt"}) {
        root.make_directories(place);
    }
}

} // namespace qpkg::apt
