// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/repository.hpp"

#include "adapters/ostree/handle.hpp"
#include "repo-format/repo/ostree_objects.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <array>

namespace qpkg::ostree {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_config = 64 * 1024;
constexpr std::size_t max_summary = 64 * 1024 * 1024;

/// What libostree makes, made here: libostree insists on setting modes, and a share of a network may refuse that.
constexpr std::array parts = {"objects",    "tmp/cache",    "extensions",  "state",
                              "refs/heads", "refs/mirrors", "refs/remotes"};

std::string config_of(RepositoryMode mode)
{
    return std::string("[core]\nrepo_version=1\nmode=") +
           (mode == RepositoryMode::archive ? "archive-z2" : "bare-user") + '\n';
}

/// As libostree makes it, in a scratch repository that shows the other's objects and refs.
std::string make_summary(const fs::path& repository)
{
    const files::TemporaryDirectory scratch(fs::temp_directory_path(), "qpkg-summary-");
    for (const auto* own : {"tmp", "extensions", "state"}) {
        fs::create_directory(scratch.path() / own);
    }
    fs::copy_file(repository / "config", scratch.path() / "config");
    for (const auto* shown : {"objects", "refs"}) {
        fs::create_directory_symlink(fs::absolute(repository) / shown, scratch.path() / shown);
    }
    const auto opened = open_repository(scratch.path());
    glib::checked("write the summary of " + repository.string(), [&](GError** error) {
        return ostree_repo_regenerate_summary(opened.get(), nullptr, nullptr, error);
    });
    return files::read(scratch.path() / "summary", max_summary);
}

void require_good_ref(const std::string& ref)
{
    glib::checked("ref \"" + text::escaped(ref) + "\"",
                  [&](GError** error) { return ostree_validate_rev(ref.c_str(), error); });
}

} // namespace

glib::Owned<OstreeRepo> handle_of(const fs::path& directory)
{
    const glib::Owned<GFile> file(g_file_new_for_path(directory.c_str()));
    return glib::Owned<OstreeRepo>(ostree_repo_new(file.get()));
}

glib::Owned<OstreeRepo> open_repository(const fs::path& directory)
{
    auto repository = handle_of(directory);
    glib::checked("open the repository " + directory.string(),
                  [&](GError** error) { return ostree_repo_open(repository.get(), nullptr, error); });
    return repository;
}

void ensure_repository(const fs::path& directory, RepositoryMode mode)
{
    if (!fs::exists(directory / "config")) {
        for (const auto* part : parts) {
            files::make_directories(directory / part);
        }
        files::write(directory / "config", config_of(mode)); // last: with it the repository is there
        return;
    }
    // Read here, not by libostree: opening a store must cost nothing, and starting GLib costs milliseconds.
    const auto config = files::read(directory / "config", max_config);
    const auto wanted = mode == RepositoryMode::archive ? "mode=archive" : "mode=bare-user\n";
    if (config.find(wanted) == std::string::npos) {
        throw Error(Code::unsupported, directory.string() + " is an OSTree repository of another mode, expected " +
                                           (mode == RepositoryMode::archive ? "archive" : "bare-user"));
    }
}

void write_ref(const fs::path& repository, const std::string& ref, const CommitId& commit)
{
    require_good_ref(ref);
    const auto path = repository / "refs" / "heads" / ref;
    files::make_directories(path.parent_path());
    files::write(path, commit.hex() + "\n");
}

void write_summary(const fs::path& repository, const CommitSigner* signer)
{
    const auto summary = make_summary(repository);
    files::write(repository / "summary", summary);
    if (signer == nullptr) {
        files::remove_durably(repository / "summary.sig");
        return;
    }
    const std::array<std::string, 1> signatures{signer->sign(as_bytes(summary))};
    files::write(repository / "summary.sig", encode_signatures(signatures));
}

} // namespace qpkg::ostree
