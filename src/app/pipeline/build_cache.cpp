// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/pipeline/build_cache.hpp"

#include "build/recipe.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/removal.hpp"

#include <algorithm>

namespace qpkg::app {

namespace fs = std::filesystem;

Digest build_key(const std::string& recipe, const CommitId& base, std::vector<Package> packages)
{
    std::ranges::sort(packages);
    auto text = "qpkg " QPKG_VERSION "\n" + sha256(recipe).hex() + '\n' + base.hex() + '\n';
    for (const auto& package : packages) {
        text += package.name + ' ' + package.arch + ' ' + package.sha256.hex() + '\n';
    }
    return sha256(text);
}

std::optional<fs::path> BuildCache::find(const Digest& key, const AppId& app) const
{
    auto result = place(key) / app.text(); // which got this name when it was whole
    return fs::exists(result / "manifest.json") ? std::optional(std::move(result)) : std::nullopt;
}

Digest BuildCache::settle(const Digest& key, const AppId& app) const
{
    const auto result = place(key) / app.text();
    const auto lock =
        build::parse_lock(files::read(result / "module.lock", build::largest_lock), (result / "module.lock").string());
    std::vector<Package> packages;
    std::ranges::transform(lock.packages, std::back_inserter(packages), &LockedPackage::package);
    const auto made_of =
        build_key(files::read(result / "module.toml", build::largest_recipe), lock.base_commit, std::move(packages));
    if (made_of != key) {
        files::remove_tree(place(made_of));
        files::rename_durably(place(key), place(made_of));
    }
    fault_point("ci.built");
    return made_of;
}

void BuildCache::keep_only(const std::set<Digest>& keys) const
{
    if (!fs::is_directory(directory_)) {
        return;
    }
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const auto key = Digest::from_hex(entry.path().filename().string());
        if (!key || !keys.contains(*key)) {
            files::remove_tree(entry.path());
        }
    }
}

} // namespace qpkg::app
