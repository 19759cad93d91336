// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/age.hpp"

#include "engine/details.hpp"
#include "plan/fit.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"

#include "qpkg/core/files.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* another_base = "the base is another";

std::optional<std::string> unfit_of(const World& world, const fs::path& module, const build::Lock& lock,
                                    const Base& base)
{
    if (lock.base_commit == base.commit) {
        return std::nullopt;
    }
    const auto manifest = files::read_if_exists(module / "manifest.json", largest_manifest);
    const auto packed = files::read_if_exists(module / packed_details_file, largest_details);
    if (!manifest || !packed) {
        return another_base;
    }
    return with_context(module.string(), [&] {
        const auto release = parse_manifest(*manifest);
        const auto details = engine::unpack_pinned(release.details, *packed, world.unpack_file);
        return unfit_for(world, base, release, parse_details(details));
    });
}

} // namespace

std::optional<std::string> unfit_for(const World& world, const Base& base, const Release& release,
                                     const Details& module)
{
    if (release.inputs.base == base.commit) {
        return std::nullopt;
    }
    if (!base.details) {
        return another_base;
    }
    const auto given = parse_details(world.content.read_details(*base.details));
    const auto misfits = plan::misfits(release, module, {base.id, base.level, base.commit, given});
    if (misfits.empty()) {
        return std::nullopt;
    }
    return "does not fit the base: " + plan::in_words(misfits);
}

std::size_t ModuleAge::security_fixes() const
{
    return static_cast<std::size_t>(std::ranges::count(moved, true, &build::MovedPackage::is_security_fix));
}

ModuleAge age_of(World& world, const fs::path& module)
{
    const auto lock_file = module / "module.lock";
    const auto lock = build::parse_lock(files::read(lock_file, build::largest_lock), lock_file.string());
    const auto now = look_at_recipe(world, module);
    return {now.app, now.base.id, module, unfit_of(world, module, lock, now.base),
            build::moved_packages(lock, now.packages)};
}

} // namespace qpkg::app
