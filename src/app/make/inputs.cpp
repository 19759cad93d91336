// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/inputs.hpp"

#include "app/make/sources.hpp"
#include "app/scratch.hpp"
#include "plan/plan.hpp"
#include "repo-format/repo/origin.hpp"
#include "workshop/source_of.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"

#include <fcntl.h>

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_note = 256;

/// What a list was packed to before; packing a large one takes half a minute.
fs::path note_of(const InputsPlace& place, const Digest& raw) { return place.directory / ("packed-" + raw.hex()); }

std::optional<PinnedFile> packed_before(const InputsPlace& place, const Digest& raw, std::uint64_t size)
{
    const auto note = files::read_if_exists(note_of(place, raw), largest_note);
    const auto packed = note ? Digest::from_hex(*note) : std::nullopt;
    if (!packed || !fs::exists(place.at(*packed))) {
        return std::nullopt;
    }
    return PinnedFile{raw, size, *packed, fs::file_size(place.at(*packed))};
}

PinnedFile keep_list(const World& world, const fs::path& list, const InputsPlace& place)
{
    const auto bytes = files::read(list, largest_signed_list);
    const auto raw = sha256(bytes);
    if (const auto kept = packed_before(place, raw, bytes.size())) {
        return *kept;
    }
    const auto packed = world.pack_file(bytes);
    const auto digest = sha256(packed);
    files::write(place.at(digest), packed);
    files::write(note_of(place, raw), digest.hex());
    return {raw, bytes.size(), digest, packed.size()};
}

} // namespace

std::string keep_inputs(const World& world, const PackageSource& source, const Workshop& workshop,
                        const build::Lock& lock, const fs::path& lists, const InputsPlace& place)
{
    files::make_directories(place.directory);
    const Scratch scratch(place.directory, ".taking-");
    for (const auto& locked : lock.packages) {
        const auto to = place.at(locked.package.sha256);
        if (!fs::exists(to)) {
            const auto taken = scratch.path() / locked.package.sha256.hex();
            source.hand_out(workshop, locked, taken);
            files::sync_file(files::open(taken, O_RDONLY).get());
            files::rename_durably(taken, to);
        }
    }
    std::vector<KeptList> kept;
    for (const auto& entry : fs::directory_iterator(lists)) {
        kept.push_back({entry.path().filename().string(), keep_list(world, entry.path(), place)});
    }
    fault_point("build.inputs");
    return encode_origin(kept);
}

void use_inputs(const PackageSource& source, const Workshop& workshop, const build::Lock& lock,
                const InputsPlace& place)
{
    for (const auto& locked : lock.packages) {
        if (fs::exists(place.at(locked.package.sha256))) {
            source.take_in(workshop, locked, place.at(locked.package.sha256));
        }
    }
}

std::optional<Error> doubt_of_origin(World& world, const build::Lock& lock, const fs::path& lists)
{
    const auto base = plan::require_base(world.db.snapshot(), lock.base);
    const auto root = world.sandbox.open_root(world.volumes.path(base.volume));
    const auto* row = workshop::source_of(world.package_sources, ForeignTree(root));
    if (row == nullptr) {
        return Error(Code::untrusted,
                     "origin not proven: base " + base.id.text() + " has no package manager that qpkg can use");
    }
    const Scratch scratch(world.root / "build");
    try {
        row->make()->prove(workshop_for(world, base, scratch.path()), lock.packages, lists);
    } catch (const Error& error) {
        if (error.code() != Code::untrusted) {
            throw;
        }
        return error;
    }
    return std::nullopt;
}

} // namespace qpkg::app
