// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/volume_store.hpp"

#include "adapters/erofs/image.hpp"
#include "adapters/erofs/placement.hpp"
#include "adapters/erofs/stored_image.hpp"
#include "adapters/erofs/unpack.hpp"
#include "adapters/erofs/verity.hpp"
#include "repo-format/guest/erofs_superblock.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/removal.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace qpkg::erofs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view image_extension = ".erofs";
constexpr std::string_view plan_extension = ".plan";
constexpr std::string_view scratch_prefix = "tmp-";
constexpr std::size_t verify_piece = 1024 * 1024;

std::optional<VolumeId> volume_of(const fs::path& file, std::string_view extension)
{
    return file.extension() == extension ? VolumeId::from_hex(file.stem().string()) : std::nullopt;
}

/// Without the hash tree behind it.
std::uint64_t image_size(const fs::path& file)
{
    return blocks_before_tree(fs::file_size(file)).value_or(0) * block_size;
}

std::uint64_t size_of(int file)
{
    struct stat info {};
    if (::fstat(file, &info) != 0) {
        throw system_error("stat an image", errno);
    }
    return static_cast<std::uint64_t>(info.st_size);
}

std::string describe(const VolumeReport& report)
{
    return text::human_size(report.volume.size) + ", " + text::human_size(report.shared) + " shared";
}

/// What is wrong with an image that should have this root, with its hash tree; nothing when it is sound. Reads it all.
std::optional<std::string> damage(int image, std::uint64_t whole, const VolumeId& expected, Progress& progress)
{
    const auto blocks = blocks_before_tree(whole);
    if (!blocks) {
        return "its size of " + std::to_string(whole) + " bytes cannot be";
    }
    const auto size = *blocks * block_size;
    bool tree_is_good = true;
    VerityTree tree(*blocks, [&](std::uint64_t position, std::string_view block) {
        tree_is_good = tree_is_good && read_at(image, size + position, block_size) == block;
    });
    std::string bytes;
    for (std::uint64_t at = 0; at < size;) {
        interrupt::throw_if_requested();
        read_into(bytes, image, at, std::min<std::uint64_t>(verify_piece, size - at));
        tree.add_blocks(bytes);
        at += bytes.size();
        progress.advance(bytes.size());
    }
    if (tree.finish() != expected.digest()) {
        return "its bytes are not what its name says";
    }
    return tree_is_good ? std::nullopt : std::optional<std::string>("its hash tree is damaged");
}

} // namespace

/// The files of a volume in the making; gone with this object unless they got their place.
struct ErofsVolumeStore::Scratch {
    explicit Scratch(const fs::path& parent)
        : directory(parent, scratch_prefix), image(files::open(directory.path() / "image", O_RDWR | O_CREAT))
    {
    }

    /// For an image of so many bytes, and its hash tree.
    Target make_room(std::uint64_t size) const
    {
        const auto whole = size + verity_size(size / block_size);
        if (::ftruncate(image.get(), static_cast<off_t>(whole)) != 0) {
            throw system_error("make an image of " + text::human_size(size), errno);
        }
        return {image.get(), size};
    }

    files::TemporaryDirectory directory;
    Fd image;
    Fd plan; ///< set when one is stored
};

ErofsVolumeStore::ErofsVolumeStore(fs::path directory, const ObjectReader& objects)
    : directory_(std::move(directory)), objects_(objects)
{
}

DataPlacement ErofsVolumeStore::placement() const
{
    if (!placement_) {
        auto place = fs::absolute(directory_);
        while (!fs::is_directory(place) && place.has_relative_path()) { // whoever only asks makes no directory
            place = place.parent_path();
        }
        placement_ = try_cloning(place).value_or(DataPlacement::copy);
    }
    return *placement_;
}

/// In the directory of a volume in the making names hurt nobody, and there are file systems that clone and need them.
DataPlacement ErofsVolumeStore::placement_in(const fs::path& scratch)
{
    if (const auto found = try_cloning(scratch)) {
        return *found;
    }
    return try_cloning_by_name(scratch);
}

fs::path ErofsVolumeStore::path(const VolumeId& volume) const
{
    return directory_ / (volume.hex() + std::string(image_extension));
}

fs::path ErofsVolumeStore::plan_path(const VolumeId& volume) const
{
    return directory_ / (volume.hex() + std::string(plan_extension));
}

bool ErofsVolumeStore::has(const VolumeId& volume) const { return fs::exists(path(volume)); }

std::vector<VolumeId> ErofsVolumeStore::list() const
{
    std::vector<VolumeId> volumes;
    if (!fs::exists(directory_)) {
        return volumes;
    }
    for (const auto& entry : fs::directory_iterator(directory_)) {
        if (const auto volume = volume_of(entry.path(), image_extension)) {
            volumes.push_back(*volume);
        }
    }
    std::sort(volumes.begin(), volumes.end());
    return volumes;
}

VolumeSummary ErofsVolumeStore::measure(std::span<const VolumePart> parts)
{
    const auto image = open_image(objects_, parts);
    NoProgress quiet;
    const auto computed = write_image(image, std::nullopt, quiet);
    return {VolumeId(computed.root), image.size(), std::string(volume_format)};
}

VolumeReport ErofsVolumeStore::build(std::span<const VolumePart> parts, const std::optional<VolumeId>& expected,
                                     Progress& progress)
{
    if (expected && has(*expected)) {
        return {.volume = {*expected, image_size(path(*expected)), std::string(volume_format)},
                .shared = 0,
                .written = 0,
                .already = true};
    }
    if (expected) {
        if (auto report = build_from_plan(parts, *expected, progress)) {
            return *std::move(report);
        }
    }
    return build_anew(parts, expected, progress);
}

std::optional<VolumeReport> ErofsVolumeStore::build_from_plan(std::span<const VolumePart> parts,
                                                              const VolumeId& expected, Progress& progress) const
{
    const auto plan = StoredImage::open(plan_path(expected), recipe_of(in_order(parts)), expected.digest());
    if (!plan) {
        return std::nullopt;
    }
    files::make_directories(directory_);
    const Scratch scratch(directory_);
    try {
        progress.begin("volume", expected.hex(), plan->image_size());
        const auto written = plan->build(objects_, scratch.make_room(plan->image_size()), progress);
        give_place(scratch, expected);
        const VolumeReport report{.volume = {expected, plan->image_size(), std::string(volume_format)},
                                  .shared = written.shared,
                                  .written = written.written,
                                  .already = false};
        progress.end(describe(report));
        return report;
    } catch (const Error& error) {
        if (error.code() != Code::corrupt && error.code() != Code::not_found) {
            throw;
        }
        log::debug("volume " + expected.hex() + " is built without its plan: " + error.what());
        return std::nullopt;
    }
}

VolumeReport ErofsVolumeStore::build_anew(std::span<const VolumePart> parts, const std::optional<VolumeId>& expected,
                                          Progress& progress) const
{
    const auto image = open_image(objects_, parts);
    progress.begin("volume", expected ? expected->hex() : parts.front().commit.hex(), image.size());
    files::make_directories(directory_);
    Scratch scratch(directory_);
    const auto target = scratch.make_room(image.size());
    const auto written = write_image(image, target, progress);
    fault_point("volume.written");
    const VolumeId root(written.root);
    if (expected && root != *expected) {
        throw Error(Code::corrupt, "volume of commit " + parts.front().commit.hex() + " has root " + root.hex() +
                                       ", expected " + expected->hex());
    }
    VolumeReport report{.volume = {root, image.size(), std::string(volume_format)},
                        .shared = written.shared,
                        .written = written.written,
                        .already = has(root)};
    if (!report.already) {
        if (placement_in(scratch.directory.path()) == DataPlacement::clone) {
            scratch.plan = files::open(scratch.directory.path() / "plan", O_RDWR | O_CREAT);
            StoredImage::write(scratch.plan.get(), image, target, written.root);
        }
        give_place(scratch, root);
    }
    progress.end(describe(report));
    return report;
}

/// The image gets its place last: whoever sees it has its plan. It is read back before: its root was computed from
/// hashes that the store keeps of each object, and that an object has changed since shows only here.
void ErofsVolumeStore::give_place(const Scratch& scratch, const VolumeId& volume) const
{
    NoProgress quiet;
    if (const auto problem = damage(scratch.image.get(), size_of(scratch.image.get()), volume, quiet)) {
        throw Error(Code::corrupt, "volume " + volume.hex() + ", read back after it was made: " + *problem,
                    "an object that it is made of has changed on the disk: qpkg verify names it, qpkg restore brings "
                    "it again");
    }
    fault_point("volume.read-back");
    files::sync_file(scratch.image.get());
    if (scratch.plan) {
        files::sync_file(scratch.plan.get());
    }
    fault_point("volume.synced");
    const auto& temporary = scratch.directory.path();
    if (scratch.plan && ::rename((temporary / "plan").c_str(), plan_path(volume).c_str()) != 0) {
        throw system_error("rename to " + plan_path(volume).string(), errno);
    }
    files::rename_durably(temporary / "image", path(volume));
    fault_point("volume.renamed");
}

std::uint64_t ErofsVolumeStore::exclusive_size(const VolumeId& volume) const
{
    if (!has(volume)) {
        throw Error(Code::not_found, "volume " + volume.hex() + " is not here");
    }
    // What the plan shares, it shares with the image: counted once, as the plan's.
    return unshared_bytes(path(volume)) + allocated_bytes(plan_path(volume));
}

std::uint64_t ErofsVolumeStore::remove(const VolumeId& volume)
{
    const auto bytes = has(volume) ? exclusive_size(volume) : 0;
    files::remove_durably(path(volume));
    fault_point("volume.removed");
    files::remove_durably(plan_path(volume));
    return bytes;
}

std::uint64_t ErofsVolumeStore::remove_leftovers()
{
    std::uint64_t bytes = 0;
    std::vector<fs::path> leftovers;
    if (!fs::exists(directory_)) {
        return bytes;
    }
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const auto& file = entry.path();
        const auto plan = volume_of(file, plan_extension);
        if ((plan && !has(*plan)) || file.filename().string().starts_with(scratch_prefix)) {
            leftovers.push_back(file);
        }
    }
    for (const auto& leftover : leftovers) {
        if (fs::is_directory(leftover)) {
            for (const auto& file : fs::directory_iterator(leftover)) {
                bytes += unshared_bytes(file.path());
            }
        } else {
            bytes += unshared_bytes(leftover);
        }
        files::remove_tree(leftover);
    }
    files::sync_directory(directory_);
    return bytes;
}

void ErofsVolumeStore::unpack(const VolumeId& volume, const fs::path& directory, Progress& progress) const
{
    verify(volume, progress);
    with_context("volume " + volume.hex(),
                 [&] { erofs::unpack(files::open(path(volume), O_RDONLY).get(), directory); });
}

void ErofsVolumeStore::verify(const VolumeId& volume, Progress& progress) const
{
    const auto image = files::open(path(volume), O_RDONLY);
    const auto whole = fs::file_size(path(volume));
    progress.begin("verify", volume.hex(), blocks_before_tree(whole).value_or(0) * block_size);
    if (const auto problem = damage(image.get(), whole, volume, progress)) {
        throw Error(Code::corrupt, "volume " + volume.hex() + ": " + *problem,
                    "it can be built again from the object store: qpkg restore");
    }
    progress.end("sound");
}

} // namespace qpkg::erofs
