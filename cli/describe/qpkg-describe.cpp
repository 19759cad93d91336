// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a program of its own. A template needs the agent alone, which needs no library; this needs a few, and dom0 asks
// once after an update. It shares with `qpkg base build` what makes a base's details: so both say the same of the same
// files.

// qpkg-describe NAME [DIR]: what the root of this machine, or the one in DIR, is made of, for dom0.
#include "build/base_details.hpp"
#include "build/root_files.hpp"
#include "cli/sources/package_sources.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/root_description.hpp"
#include "workshop/source_of.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/mounts.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace {

using namespace qpkg;

/// Without what is mounted in it: private disks, /proc and the like are no part of it.
ForeignTree root_of(int count, char** words)
{
    constexpr int with_directory = 3;
    return count == with_directory ? ForeignTree(words[2]) : ForeignTree(mounts::loose_copy("/"));
}

std::string describe(const QubeName& name, const ForeignTree& root)
{
    const auto* row = workshop::source_of(cli::package_sources(), root);
    const auto installed = row == nullptr ? std::vector<InstalledPackage>() : row->make()->describe(root);
    const auto tables = build::describe_base(root, build::files_of_root(root), {}, installed);
    return encode(RootDescription{name, encode_details(tables.details)});
}

} // namespace

int main(int count, char** words)
{
    if (count < 2 || count > 3) {
        std::fputs("usage: qpkg-describe NAME [DIR]\n", stderr);
        return static_cast<int>(Code::usage);
    }
    interrupt::install_handlers();
    try {
        files::write_all(STDOUT_FILENO, describe(QubeName::require(words[1]), root_of(count, words)));
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "qpkg-describe: %s\n", error.what());
        return static_cast<int>(error.code());
    }
}
