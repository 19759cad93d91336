// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/followed_etc.hpp"

#include "qpkg/core/mounts.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace qpkg::agent {
namespace {

/// They say something of this machine, whatever a module has there.
constexpr std::array replaced_files = {"hosts", "localtime", "resolv.conf", "timezone"};

/// What of the qube's /etc an app needs, whatever root it has.
constexpr std::array files_of_qube = {
    "group",       "hostname",   "hosts",
    "localtime",   "machine-id", "passwd",
    "resolv.conf", "timezone",   "ssl/certs/ca-certificates.crt", ///< with those that its owner added
};
/// What a link of the qube's /etc leads to there leads to the same in the view.
constexpr std::array shared_with_qube = {"/run/", "/proc/"};
constexpr const char* name_lookups = "nsswitch.conf";

constexpr const char* certificates = "etc/ssl/certs";
constexpr const char* bundle = "ssl/certs/ca-certificates.crt"; ///< in /etc: most programs read this one
constexpr const char* of_owner = "usr/local/share/ca-certificates";
constexpr std::size_t largest_bundle = 16 * 1024 * 1024;
constexpr std::uintmax_t largest_certificate = 1024 * 1024;

/// What update-ca-certificates(8) takes: each NAME.crt below the folder. What is too large or no file is left out: an
/// app does not go without its view for it.
std::string certificates_of_owner(const fs::path& folder)
{
    std::vector<fs::path> files;
    std::error_code failure;
    for (fs::recursive_directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
        std::error_code none;
        const auto size = at->path().extension() == ".crt" ? fs::file_size(at->path(), none) : 0;
        if (!none && size != 0 && size <= largest_certificate) {
            files.push_back(at->path());
        }
    }
    std::ranges::sort(files);
    std::string all;
    for (const auto& file : files) {
        all += read_file(file, largest_certificate);
        all += all.ends_with('\n') ? "" : "\n";
    }
    return all;
}

/// Where the view finds a file of the qube's /etc: itself, or what its link leads to where both have the same. Other
/// links lead on within the kept base.
fs::path place_in_qube(const QubePaths& layout, const fs::path& name)
{
    const auto file = layout.base() / "etc" / name;
    if (!fs::is_symlink(fs::symlink_status(file))) {
        return file;
    }
    const auto target = ((fs::path("/etc") / name).parent_path() / fs::read_symlink(file)).lexically_normal();
    const bool is_shared =
        std::ranges::any_of(shared_with_qube, [&](const char* folder) { return target.string().starts_with(folder); });
    return is_shared ? target : layout.base() / target.relative_path();
}

void add_link(PlannedTree& etc, const QubePaths& layout, const fs::path& name)
{
    if (fs::exists(fs::symlink_status(layout.base() / "etc" / name))) {
        etc[name] = {PlannedFile::Kind::link, place_in_qube(layout, name).string()};
    }
}

} // namespace

PlannedTree links_to_etc(const QubePaths& layout, const std::function<bool(const fs::path& folder)>& has_folder)
{
    PlannedTree etc;
    for (const auto* name : files_of_qube) {
        if (has_folder((fs::path("/etc") / name).parent_path())) {
            add_link(etc, layout, name);
        }
    }
    return etc;
}

PlannedTree etc_over_older_base(const QubePaths& layout, const AppId& app, const fs::path& base)
{
    // The whole folder of certificates is the qube's: follow_certificates.
    auto etc = links_to_etc(layout, [](const fs::path& folder) { return folder == "/etc"; });
    add_link(etc, layout, name_lookups);
    if (!folder_within(base, certificates) && !folder_within(layout.volume(app), certificates)) {
        add_link(etc, layout, bundle);
    }
    etc.merge(followed_etc(layout, app));
    return etc;
}

PlannedTree followed_etc(const QubePaths& layout, const AppId& app)
{
    PlannedTree etc;
    for (const auto* name : replaced_files) {
        const auto own = layout.base() / "etc" / name;
        if (fs::exists(fs::symlink_status(own)) && !mounts::is_mount_point(own)) {
            etc[name] = {PlannedFile::Kind::link, own.string()};
        }
    }
    const auto volume = layout.volume(app);
    const auto own_bundle = fs::path("etc") / bundle;
    if (folder_within(volume, certificates) && fs::is_regular_file(fs::symlink_status(volume / own_bundle))) {
        if (const auto added = certificates_of_owner(layout.base() / of_owner); !added.empty()) {
            etc[bundle] = {PlannedFile::Kind::file, read_file_within(volume, own_bundle, largest_bundle) + added};
        }
    }
    return etc;
}

void follow_certificates(const QubePaths& layout, const AppId& app)
{
    const auto own = folder_within(layout.base(), certificates);
    const bool has_place = fs::is_directory(fs::symlink_status(layout.view(app) / certificates));
    if (own && has_place && !folder_within(layout.volume(app), certificates)) {
        mounts::bind(*own, layout.view(app) / certificates, mounts::Access::read_only);
    }
}

} // namespace qpkg::agent
