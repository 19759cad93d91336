// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/chosen_packages.hpp"

#include "app/make/inputs.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/room.hpp"

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

/// Bytes of disk for each byte of package files: unpacked (4), committed (4), a volume to look at (4), compressed again
/// (1.5).
constexpr std::uint64_t growth = 14;
/// The same for each byte of a base whose root becomes part of the module: copied, committed, a volume, compressed.
constexpr std::uint64_t growth_of_root = 4;
std::uint64_t size_of(const build::Lock& lock)
{
    std::uint64_t size = 0;
    for (const auto& package : lock.packages) {
        size += package.size;
    }
    return size;
}

} // namespace

fs::path kept_lists(const Workshop& workshop) { return workshop.scratch / "signed-lists"; }

build::Lock require_lock(const BuildRequest& request, const Base& base)
{
    auto lock = build::parse_lock(files::read(request.lock, build::largest_lock), request.lock.string());
    if (lock.base != base.id || lock.base_commit != base.commit) {
        throw Error(Code::conflict,
                    request.lock.string() + " was made on base " + lock.base.text() + " " + lock.base_commit.hex() +
                        ", here is " + base.id.text() + " " + base.commit.hex(),
                    "build without the lock file, or on that base");
    }
    return lock;
}

build::Lock choose_packages(const PackageSource& source, const Workshop& workshop, const BuildRequest& request,
                            const build::Recipe& recipe, const Base& base, const std::vector<std::string>& tools)
{
    if (request.lock.empty()) {
        const auto lists = request.inputs.empty() ? fs::path() : kept_lists(workshop);
        PackageWish wish{recipe.packages, recipe.recommended, lists};
        wish.names.insert(wish.names.end(), tools.begin(), tools.end());
        auto choice = source.resolve(workshop, wish);
        return {base.id, base.commit, choice.epoch, std::move(choice.packages)};
    }
    auto lock = require_lock(request, base);
    if (!request.inputs.empty()) {
        use_inputs(source, workshop, lock, {request.inputs});
    }
    source.download(workshop, lock.packages);
    return lock;
}

void require_room_for(const fs::path& scratch, const build::Recipe& recipe, const build::Lock& lock, const Base& base)
{
    const auto of_root = recipe.base.is_none() ? growth_of_root * base.volume_size : 0;
    files::require_room(scratch, {growth * size_of(lock) + of_root});
}

} // namespace qpkg::app
