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

} // namespace

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
    if (own && !folder_within(layout.volume(app), certificates)) {
        mounts::bind(*own, layout.view(app) / certificates, mounts::Access::read_only);
    }
}

} // namespace qpkg::agent
