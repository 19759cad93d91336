// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/served/names.hpp"

#include "adapters/ostree/served/handle.hpp"
#include "repo-format/repo/ostree_objects.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace qpkg::ostree {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_summary = 64 * 1024 * 1024;
constexpr std::size_t largest_ref = 4096;

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

void write_ref(const fs::path& repository, const std::string& ref, const CommitId& commit)
{
    require_good_ref(ref);
    const auto path = repository / "refs" / "heads" / ref;
    files::make_directories(path.parent_path());
    files::write(path, commit.hex() + "\n");
}

bool remove_refs_but(const fs::path& repository, std::span<const CommitId> commits)
{
    const auto heads = repository / "refs" / "heads";
    std::vector<fs::path> gone;
    for (const auto& entry : fs::recursive_directory_iterator(heads)) {
        if (!entry.is_regular_file()) {
            continue;
        }
        const auto line = files::read(entry.path(), largest_ref);
        const auto digest = Digest::from_hex(line.substr(0, line.find('\n')));
        if (!digest || std::ranges::find(commits, CommitId(*digest)) == commits.end()) {
            gone.push_back(entry.path());
        }
    }
    std::ranges::for_each(gone, [](const fs::path& ref) { files::remove_durably(ref); });
    return !gone.empty();
}

void remove_stray_deltas(const fs::path& repository)
{
    if (!fs::exists(repository / "deltas")) {
        return;
    }
    const auto opened = open_repository(repository);
    glib::checked("remove deltas from " + repository.string(), [&](GError** error) {
        return ostree_repo_prune_static_deltas(opened.get(), nullptr, nullptr, error);
    });
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
