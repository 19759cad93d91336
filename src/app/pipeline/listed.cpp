// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/pipeline/listed.hpp"

#include "app/publish/publish_module.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/rebuild.hpp"
#include "repo-format/repo/sequence.hpp"

#include "qpkg/core/files.hpp"

namespace qpkg::app {
namespace {

std::optional<build::Lock> kept_lock(const std::filesystem::path& site, const Release& release)
{
    const auto file = site / input_path(release.inputs.lock);
    const auto bytes = files::read_if_exists(file, build::largest_lock);
    if (!bytes || is_base(release)) { // a base's is of another form
        return std::nullopt;
    }
    if (sha256(*bytes) != release.inputs.lock) {
        throw Error(Code::corrupt, file.string() + ": the bytes do not match the name");
    }
    return build::parse_lock(*bytes, file.string());
}

} // namespace

std::optional<Listed> newest_listed(const std::filesystem::path& site, const SiteState& state, const AppId& app,
                                    const Channel& channel)
{
    const auto line = tuf::line_of(target_path(app, native_arch(), channel, 0));
    std::optional<Release> newest;
    for (const auto& [name, publisher] : state.publishers) {
        for (const auto& [path, target] : publisher->targets) {
            if (tuf::line_of(path) != line || (newest && tuf::sequence_of(target) <= newest->sequence)) {
                continue;
            }
            const auto bytes = read_target(site, path, target);
            if (!bytes) {
                throw Error(Code::corrupt, site.string() + " lists " + path + ", and has no manifest of it");
            }
            newest = parse_manifest(*bytes);
        }
    }
    if (!newest) {
        return std::nullopt;
    }
    auto lock = kept_lock(site, *newest);
    return Listed{*std::move(newest), std::move(lock)};
}

BuildReasons reasons_to_build(const std::optional<Listed>& listed, const std::string& recipe, const std::string& unfit,
                              const std::vector<OfferedPackage>& packages)
{
    if (!listed) {
        return {.is_new = true};
    }
    const auto& inputs = listed->release.inputs;
    return {.has_other_recipe = inputs.recipe != sha256(recipe) || !listed->lock,
            .unfit = unfit,
            .moved =
                listed->lock ? build::moved_packages(*listed->lock, packages) : std::vector<build::MovedPackage>()};
}

} // namespace qpkg::app
