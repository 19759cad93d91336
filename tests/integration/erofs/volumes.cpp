// SPDX-License-Identifier: LGPL-2.1-or-later
// Volumes as the kernel, erofs-utils and ostree see them, on file systems that clone and one that does not.
#include "adapters/erofs/volume_store.hpp"
#include "adapters/ostree/content_store.hpp"
#include "support/expect.hpp"
#include "support/loop_file_system.hpp"
#include "support/trees.hpp"

#include "qpkg/core/room.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

/// Everything that has an edge in the format: sizes around blocks and inline limits, names, links, depth, width.
void make_nasty_tree(const fs::path& root)
{
    TreeMaker tree(root);
    for (const std::size_t size : {0U, 1U, 31U, 32U, 4031U, 4032U, 4033U, 4095U, 4096U, 4097U, 8127U, 8128U, 8129U,
                                   8191U, 8192U, 8193U, 12288U, 100'000U, 3'000'000U}) {
        tree.file("sizes/" + std::to_string(size), noise(size, static_cast<unsigned>(size) + 7));
        tree.file("sizes/executable-" + std::to_string(size), noise(size, static_cast<unsigned>(size) + 7), 0755);
    }
    for (int i = 0; i < 3000; ++i) {
        tree.file("wide/" + std::to_string(i) + std::string(200, 'n'), "content " + std::to_string(i % 100));
    }
    for (int i = 0; i < 300; ++i) {
        tree.file("same/" + std::to_string(i), "all of these are inodes of their own");
        tree.file("same/large-" + std::to_string(i), noise(9000, 1)).time("same/large-" + std::to_string(i), i % 7);
        tree.file("same/padded-" + std::to_string(i), noise(8191, 2));
    }
    for (int i = 0; i < 300; ++i) {
        tree.hard_link("linked/" + std::to_string(i), "same/" + std::to_string(i % 3));
        tree.hard_link("linked/large-" + std::to_string(i), "same/large-5");
    }
    fs::path deep = "deep";
    for (int i = 0; i < 60; ++i) {
        deep /= "d" + std::to_string(i);
    }
    tree.file(deep / "bottom", "down here");
    tree.directory("empty/directory");
    for (const std::size_t size : {1U, 100U, 4031U, 4032U, 4033U, 4095U}) {
        tree.link("links/" + std::to_string(size), std::string(size, 't'));
    }
    for (const char* name :
         {"!before-dot", "+", "-", ".hidden", "..two", "...", "zzz", "UPPER", "Főtanúsítvány", "a b\\c"}) {
        tree.file(fs::path("names") / name, name);
    }
    tree.file("names/" + std::string(255, 'x'), "longest name");
    for (std::size_t length = 1; length < 256; ++length) {
        tree.file("lengths/" + std::string(length, 'l'), "");
    }
}

struct Stores {
    explicit Stores(const fs::path& directory) : content(directory / "store"), volumes(directory / "volumes", content)
    {
    }

    CommitId commit(const fs::path& tree)
    {
        NoProgress quiet;
        return content.commit_tree(a_commit_of(tree), quiet).commit;
    }
    VolumeReport build(const CommitId& commit, std::optional<VolumeId> expected = std::nullopt)
    {
        NoProgress quiet;
        const std::vector parts{VolumePart{commit, ""}};
        return volumes.build(parts, expected, quiet);
    }

    ostree::OstreeContentStore content;
    erofs::ErofsVolumeStore volumes;
};

void check_with_erofs_utils(const fs::path& image)
{
    for (const auto* command : {"fsck.erofs", "dump.erofs"}) {
        const auto result = run({.argv = {command, image.string()}});
        INFO(result.output, result.errors);
        CHECK(result.status == 0);
    }
}

/// What a list of times says of each file and link below `root`: its time, how many names it has, and the first.
std::map<std::string, std::string> times_and_links(const fs::path& root)
{
    std::vector<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        paths.push_back(entry.path().lexically_relative(root).string());
    }
    std::ranges::sort(paths);
    std::map<ino_t, std::string> first_names;
    std::map<std::string, std::string> lines;
    for (const auto& path : paths) {
        struct stat info {};
        REQUIRE(::lstat((root / path).c_str(), &info) == 0);
        if (!S_ISDIR(info.st_mode)) {
            lines.emplace(path, std::to_string(info.st_mtim.tv_sec) + '.' + std::to_string(info.st_mtim.tv_nsec) + ' ' +
                                    std::to_string(info.st_nlink) + ' ' +
                                    first_names.emplace(info.st_ino, path).first->second);
        }
    }
    return lines;
}

/// Each directory of a commit and the first 26 bits of its checksum, as the stock program prints it.
std::map<std::string, std::int64_t> directory_bits(const fs::path& repository, const CommitId& commit)
{
    const auto listed =
        run_checked({.argv = {"ostree", "ls", "-R", "-C", "--repo=" + repository.string(), commit.hex()}}, "ostree ls");
    std::map<std::string, std::int64_t> bits;
    for (const auto& line : text::split(listed.output, '\n')) {
        if (line.starts_with('d')) {
            const auto words = text::words_of(line);
            bits.emplace(line.substr(line.find(" /") + 2),
                         std::stoll(std::string(words.at(4).substr(0, 8)), nullptr, 16) >> 6);
        }
    }
    return bits;
}

/// The file and the folder that a volume leaves out.
template <class Lines>
Lines without_times(Lines lines)
{
    CHECK(lines.erase("usr/lib/qpkg/times") + lines.erase("usr/lib/qpkg") > 0);
    return lines;
}

} // namespace

TEST_CASE("a mounted volume equals ostree's checkout and is the same bytes on ext4, btrfs and XFS")
{
    if (!may_mount()) {
        return;
    }
    const auto place = scratch();
    make_nasty_tree(place.path() / "tree");
    std::optional<VolumeId> first;
    for (const std::string type : {"ext4", "btrfs", "xfs"}) {
        CAPTURE(type);
        const LoopFileSystem disk(type);
        Stores stores(disk.directory());
        const auto commit = stores.commit(place.path() / "tree");

        const auto report = stores.build(commit, first);

        CHECK(stores.volumes.placement() == (type == "ext4" ? DataPlacement::copy : DataPlacement::clone));
        first = first.value_or(report.volume.root);
        CHECK(report.volume.root == *first);
        const auto image = stores.volumes.path(*first);
        check_with_erofs_utils(image);
        const MountedImage mounted(image);
        const auto checkout = place.path() / ("checkout-" + type);
        run_checked({.argv = {"ostree", "checkout", "--repo=" + (disk.directory() / "store").string(), commit.hex(),
                              checkout.string()}},
                    "ostree checkout");
        const auto expected = without_times(listing(checkout));
        CHECK(expected.size() > 4800);
        CHECK(listing(mounted.directory()) == expected);
        CHECK(times_and_links(mounted.directory()) == times_and_links(place.path() / "tree"));
        const auto bits = without_times(directory_bits(disk.directory() / "store", commit));
        CHECK(bits.size() > 70);
        for (const auto& [path, first_bits] : bits) {
            CAPTURE(path);
            struct stat info {};
            REQUIRE(::lstat((mounted.directory() / path).c_str(), &info) == 0);
            CHECK(info.st_mtime == 946'684'800 - first_bits);
        }
        NoProgress quiet;
        CHECK_NOTHROW(stores.volumes.verify(*first, quiet));
        const auto again = place.path() / ("again-" + type); // not on XFS, whose links are shorter
        fs::create_directory(again);
        stores.volumes.unpack(*first, again, quiet);
        CHECK(stores.commit(again) == commit);
    }
}

TEST_CASE("a volume costs little where files are cloned, is counted exactly and gives its space back")
{
    if (!may_mount()) {
        return;
    }
    for (const std::string type : {"btrfs", "xfs"}) {
        CAPTURE(type);
        const LoopFileSystem disk(type);
        TreeMaker tree(disk.directory() / "tree");
        for (unsigned i = 0; i < 20; ++i) {
            tree.file("lib/big" + std::to_string(i), noise(5'000'000, i + 1));
            tree.file("share/small" + std::to_string(i), noise(700, i + 1));
        }
        Stores stores(disk.directory());
        const auto commit = stores.commit(tree.root());
        files::sync_filesystem(disk.directory());
        const auto before = files::room_at(disk.directory()).bytes;

        const auto report = stores.build(commit);
        files::sync_filesystem(disk.directory());
        const auto cost = before - files::room_at(disk.directory()).bytes;
        const auto counted = stores.volumes.exclusive_size(report.volume.root);

        CHECK(report.shared >= 99'000'000);
        CHECK(cost < 3'000'000);
        CHECK(counted < 3'000'000);
        CHECK(cost < counted + 600'000);
        CHECK(stores.volumes.remove(report.volume.root) == counted);
        CHECK(stores.volumes.remove(report.volume.root) == 0);
        CHECK(stores.volumes.list().empty());
    }
}

TEST_CASE("a stored plan builds the same volume again, and a damaged one is not believed")
{
    if (!may_mount()) {
        return;
    }
    const auto place = scratch();
    make_nasty_tree(place.path() / "tree");
    const LoopFileSystem disk("xfs");
    Stores stores(disk.directory());
    const auto commit = stores.commit(place.path() / "tree");
    const auto root = stores.build(commit).volume.root;
    const auto image = stores.volumes.path(root);
    const auto plan = fs::path(image).replace_extension(".plan");
    const auto bytes = files::read(image, 1U << 30U);
    REQUIRE(fs::exists(plan));

    fs::remove(image);
    const auto again = stores.build(commit, root);

    CHECK(again.volume.root == root);
    CHECK(again.written < 4096);
    CHECK(files::read(image, 1U << 30U) == bytes);
    for (const std::uintmax_t at :
         {std::uintmax_t{10}, std::uintmax_t{50}, std::uintmax_t{75}, std::uintmax_t{9000}, fs::file_size(plan) - 5}) {
        CAPTURE(at);
        fs::remove(image);
        auto damaged = files::read(plan, 1U << 30U);
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        files::write(plan, damaged);
        CHECK(stores.build(commit, root).volume.root == root);
        CHECK(files::read(image, 1U << 30U) == bytes);
    }
}
