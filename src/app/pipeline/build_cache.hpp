// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why builds are kept by what they are made of. A pipeline is killed between its builds and its publication, or one
// build of six fails: what is done is not done again, and what has changed meanwhile is. The key is known before the
// work, of the signed lists alone.
#pragma once

#include "build/lock.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/model/id.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace qpkg::app {

/// What a build is made of. `packages` in any order.
Digest build_key(const std::string& recipe, const CommitId& base, std::vector<Package> packages);

/// Results of builds: `<directory>/<key>/<app-id>/`.
class BuildCache {
public:
    explicit BuildCache(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// The result; nothing when it is not there.
    std::optional<std::filesystem::path> find(const Digest& key, const AppId& app) const;
    /// Where a build leaves its result.
    std::filesystem::path place(const Digest& key) const { return directory_ / key.hex(); }
    /// Puts a result under the key of what it was made of indeed: its distribution may have moved on before it began.
    Digest settle(const Digest& key, const AppId& app) const;
    /// Removes all others.
    void keep_only(const std::set<Digest>& keys) const;

private:
    std::filesystem::path directory_;
};

} // namespace qpkg::app
