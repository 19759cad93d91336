// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/fetch/directory_fetcher.hpp"
#include "adapters/ostree/content_store.hpp"
#include "adapters/ostree/served/archive.hpp"
#include "adapters/ostree/served/incoming_compressed.hpp"
#include "support/trees.hpp"

#include "qpkg/core/subprocess.hpp"

#include <algorithm>

namespace qpkg::testing {

/// What the stock program says; it must succeed.
inline std::string stock_ostree(std::vector<std::string> arguments)
{
    Command command;
    command.argv = {"ostree"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    return run_checked(command, "ostree").output;
}

/// A builder's store with one commit, its published site, and an empty store that reads it.
struct Published {
    files::TemporaryDirectory scratch_directory = scratch();
    fs::path directory = scratch_directory.path();
    NoProgress quiet;
    ostree::OstreeContentStore builder{directory / "builder"};
    ostree::OstreeContentStore store{directory / "store", ostree::inflating()};
    CommitSummary summary = builder.commit_tree(a_commit_of(small_module(directory / "tree").root()), quiet);
    std::uint64_t served = export_to(archive(), summary.commit);
    fetch::DirectoryFetcher site{directory / "site"};

    fs::path archive() const { return directory / "site" / "ostree"; }
    static std::string ref() { return "app/org.example.hello/x86_64/stable"; }
    std::uint64_t export_to(const fs::path& target, const CommitId& commit, const CommitSigner* signer = nullptr,
                            const std::string& as = ref())
    {
        return ostree::Archive(target).add(commit, directory / "builder", as, signer, quiet);
    }
    ImportLimits limits() const { return {summary.objects, summary.size}; }
    ImportReport import() { return store.import_commit(summary.commit, limits(), site, quiet); }
    /// The served object of the path that a walk meets last.
    fs::path last_object() const
    {
        const auto line = stock_ostree({"ls", "-C", "--repo=" + archive().string(), ref(), "/usr/share/doc/hi"});
        const auto end = line.find(" /usr");
        const auto id = line.substr(end - 64, 64);
        return archive() / "objects" / id.substr(0, 2) / (id.substr(2) + ".filez");
    }
    fs::path object(const fs::path& repository, const std::string& suffix, std::size_t nth = 0) const
    {
        std::vector<fs::path> found;
        for (const auto& entry : fs::recursive_directory_iterator(repository / "objects")) {
            if (entry.path().extension() == suffix) {
                found.push_back(entry.path());
            }
        }
        std::sort(found.begin(), found.end(),
                  [](const auto& a, const auto& b) { return fs::file_size(a) > fs::file_size(b); });
        return found.at(nth);
    }
};

} // namespace qpkg::testing
