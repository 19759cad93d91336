// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/repository.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <array>

namespace qpkg::ostree {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_config = 64 * 1024;

/// What libostree makes, made here: libostree insists on setting modes, and a share of a network may refuse that.
constexpr std::array parts = {"objects",    "tmp/cache",    "extensions",  "state",
                              "refs/heads", "refs/mirrors", "refs/remotes"};

std::string config_of(RepositoryMode mode)
{
    return std::string("[core]\nrepo_version=1\nmode=") +
           (mode == RepositoryMode::archive ? "archive-z2" : "bare-user") + '\n';
}

} // namespace

void ensure_repository(const fs::path& directory, RepositoryMode mode)
{
    if (!fs::exists(directory / "config")) {
        for (const auto* part : parts) {
            files::make_directories(directory / part);
        }
        files::write(directory / "config", config_of(mode)); // last: with it the repository is there
        return;
    }
    require_mode(directory, mode);
}

void require_mode(const fs::path& directory, RepositoryMode mode)
{
    if (mode_of(directory) != mode) {
        throw Error(Code::unsupported, directory.string() + " is an OSTree repository of another mode, expected " +
                                           (mode == RepositoryMode::archive ? "archive" : "bare-user"));
    }
}

RepositoryMode mode_of(const fs::path& directory)
{
    // Read here, not by libostree: opening a store must cost nothing, and starting GLib costs milliseconds.
    const auto config = files::read(directory / "config", max_config);
    if (config.find("mode=archive") != std::string::npos) {
        return RepositoryMode::archive;
    }
    if (config.find("mode=bare-user\n") != std::string::npos) {
        return RepositoryMode::bare_user;
    }
    throw Error(Code::unsupported, directory.string() + " is an OSTree repository of a mode that qpkg does not use");
}

} // namespace qpkg::ostree
