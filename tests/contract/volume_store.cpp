// SPDX-License-Identifier: LGPL-2.1-or-later
// What a VolumeStore promises, on the file system of the temporary directory.
#include "adapters/erofs/volume_store.hpp"

#include "adapters/erofs/verity.hpp"
#include "adapters/ostree/content_store.hpp"
#include "support/expect.hpp"
#include "support/trees.hpp"

#include "qpkg/core/subprocess.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

struct Stores {
    files::TemporaryDirectory scratch_directory = scratch();
    fs::path directory = scratch_directory.path();
    NoProgress quiet;
    ostree::OstreeContentStore content{directory / "store"};
    erofs::ErofsVolumeStore volumes{directory / "volumes", content};
    CommitId commit = content.commit_tree(a_commit_of(small_module(directory / "tree").root()), quiet).commit;
    std::vector<VolumePart> parts{{commit, ""}};

    VolumeReport build() { return volumes.build(parts, std::nullopt, quiet); }
    std::size_t files_left() const
    {
        const auto place = directory / "volumes"; // made with the first volume
        return fs::exists(place) ? static_cast<std::size_t>(std::distance(fs::recursive_directory_iterator(place), {}))
                                 : 0;
    }
};

} // namespace

TEST_CASE("a volume is what was measured, and there after it was built")
{
    Stores stores;

    const auto measured = stores.volumes.measure(stores.parts);
    CHECK(stores.files_left() == 0);
    const auto report = stores.build();

    CHECK(report.volume == measured);
    CHECK_FALSE(report.already);
    CHECK(report.volume.format == "erofs-2");
    CHECK(fs::file_size(stores.volumes.path(measured.root)) ==
          measured.size + erofs::verity_size(measured.size / 4096));
    CHECK(stores.volumes.has(measured.root));
    CHECK(stores.volumes.list() == std::vector{measured.root});
    CHECK(stores.build().already);
    CHECK(stores.volumes.build(stores.parts, measured.root, stores.quiet).already);
}

TEST_CASE("the same commit makes the same volume in another store")
{
    Stores first;
    Stores second;

    CHECK(first.build().volume == second.build().volume);
}

TEST_CASE("a root that is not the expected one is refused and leaves nothing")
{
    Stores stores;
    const auto other = *VolumeId::from_hex(std::string(64, 'e'));

    CHECK_FAILS(Code::corrupt, "expected " + other.hex(), stores.volumes.build(stores.parts, other, stores.quiet));

    CHECK(stores.files_left() == 0);
}

TEST_CASE("verify finds a changed byte anywhere, a changed hash tree and a cut-off image")
{
    Stores stores;
    const auto root = stores.build().volume.root;
    const auto image = stores.volumes.path(root);
    const auto size = stores.volumes.measure(stores.parts).size;
    const auto flip = [&](std::uint64_t at) {
        auto bytes = files::read(image, 1U << 30U);
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        files::write(image, bytes);
    };
    CHECK_NOTHROW(stores.volumes.verify(root, stores.quiet));

    for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{1030}, size / 2, size - 1}) {
        CAPTURE(at);
        flip(at);
        CHECK_FAILS(Code::corrupt, "its bytes", stores.volumes.verify(root, stores.quiet));
        flip(at);
    }
    flip(size + 40);
    CHECK_FAILS(Code::corrupt, "hash tree", stores.volumes.verify(root, stores.quiet));
    flip(size + 40);
    fs::resize_file(image, fs::file_size(image) - 4096);
    CHECK_FAILS(Code::corrupt, root.hex(), stores.volumes.verify(root, stores.quiet));
}

TEST_CASE("a volume gives back the tree that it was made of, to the last bit of a mode")
{
    Stores stores;
    const auto report = stores.build();
    const auto place = stores.directory / "again";
    fs::create_directory(place);

    stores.volumes.unpack(report.volume.root, place, stores.quiet);

    CHECK(stores.content.commit_tree(a_commit_of(place), stores.quiet).commit == stores.commit);
}

TEST_CASE("a composed volume gives back each commit, with times and hard links, also where parts share files")
{
    Stores stores;
    auto other_tree = small_module(stores.directory / "other");
    other_tree.time("usr/bin/hi", 1'700'000'000).file("usr/bin/alone", "#!/bin/sh\necho hello\n", 0755);
    const auto other = stores.content.commit_tree(a_commit_of(other_tree.root()), stores.quiet).commit;
    const std::vector<VolumePart> parts{{stores.commit, "apps/org.a"}, {other, "apps/org.b"}};
    const auto report = stores.volumes.build(parts, std::nullopt, stores.quiet);
    const auto place = stores.directory / "again";
    fs::create_directory(place);

    stores.volumes.unpack(report.volume.root, place, stores.quiet);

    const auto inode = [&](const fs::path& path) {
        struct stat info {};
        REQUIRE(::lstat((place / path).c_str(), &info) == 0);
        return info.st_ino;
    };
    CHECK(stores.content.commit_tree(a_commit_of(place / "apps/org.a"), stores.quiet).commit == stores.commit);
    CHECK(stores.content.commit_tree(a_commit_of(place / "apps/org.b"), stores.quiet).commit == other);
    CHECK(inode("apps/org.a/usr/bin/hello") == inode("apps/org.b/usr/bin/alone")); // the first of its kind in each
    CHECK(inode("apps/org.b/usr/bin/hello") != inode("apps/org.b/usr/bin/alone"));
    CHECK(inode("apps/org.a/usr/lib/hello/blob") == inode("apps/org.b/usr/lib/hello/blob"));
    CHECK(inode("apps/org.a/usr/bin/hi") != inode("apps/org.b/usr/bin/hi")); // of another time
}

TEST_CASE("the volume leaves the list of times out, and what else lies beside it in a base stays")
{
    Stores stores;
    const auto unpacked = [&](const CommitId& commit, const char* name) {
        const std::vector<VolumePart> parts{{commit, ""}};
        const auto place = stores.directory / name;
        fs::create_directory(place);
        stores.volumes.unpack(stores.volumes.build(parts, std::nullopt, stores.quiet).volume.root, place, stores.quiet);
        return place;
    };
    CHECK_FALSE(fs::exists(unpacked(stores.commit, "module") / "usr/lib/qpkg"));

    TreeMaker(stores.directory / "tree").file("usr/lib/qpkg/agent", "agent", 0755);
    const auto base = stores.content.commit_tree(a_commit_of(stores.directory / "tree"), stores.quiet).commit;

    const auto place = unpacked(base, "base");
    CHECK(fs::exists(place / "usr/lib/qpkg/agent"));
    CHECK_FALSE(fs::exists(place / "usr/lib/qpkg/times"));
}

TEST_CASE("a damaged volume gives nothing back")
{
    Stores stores;
    const auto report = stores.build();
    const auto place = stores.directory / "again";
    fs::create_directory(place);
    const auto image = stores.volumes.path(report.volume.root);
    auto bytes = files::read(image, 1U << 30U);
    bytes[1500] = static_cast<char>(~bytes[1500]);
    files::write(image, bytes);

    CHECK_FAILS(Code::corrupt, "not what its name says",
                stores.volumes.unpack(report.volume.root, place, stores.quiet));

    CHECK(fs::is_empty(place));
}

TEST_CASE("removing says what it gave back; leftovers of a broken build go too")
{
    Stores stores;
    const auto root = stores.build().volume.root;
    fs::create_directory(stores.directory / "volumes/tmp-broken");
    files::write(stores.directory / "volumes/tmp-broken/image", std::string(100'000, 'x'));
    files::write(stores.directory / ("volumes/" + std::string(64, 'a') + ".plan"), std::string(5000, 'x'));

    CHECK(stores.volumes.remove_leftovers() >= 100'000);
    CHECK(stores.volumes.has(root));
    const auto size = stores.volumes.exclusive_size(root);
    CHECK(stores.volumes.remove(root) == size);
    CHECK(stores.files_left() == 0);
    CHECK(stores.volumes.remove(root) == 0);
    CHECK_FAILS(Code::not_found, root.hex(), stores.volumes.exclusive_size(root));
}

TEST_CASE("a composed volume holds each tree below its prefix, in whatever order they were named")
{
    Stores stores;
    TreeMaker(stores.directory / "tree").file("usr/bin/other", "other\n", 0755);
    const auto other = stores.content.commit_tree(a_commit_of(stores.directory / "tree"), stores.quiet).commit;
    const std::vector<VolumePart> one{{stores.commit, "apps/org.a"}, {other, "apps/org.b"}};
    const std::vector<VolumePart> two{{other, "apps/org.b"}, {stores.commit, "apps/org.a"}};

    const auto composed = stores.volumes.measure(one);

    CHECK(composed == stores.volumes.measure(two));
    CHECK(composed.size < stores.volumes.measure(stores.parts).size + 100'000);
    const std::vector<VolumePart> overlapping{{stores.commit, "apps"}, {other, "apps/org.b"}};
    CHECK_FAILS(Code::bug, "apps", stores.volumes.measure(overlapping));
}

TEST_CASE("a commit that is not here cannot become a volume")
{
    Stores stores;
    const auto unknown = *CommitId::from_hex(std::string(64, 'd'));
    const std::vector<VolumePart> parts{{unknown, ""}};

    CHECK_FAILS(Code::not_found, unknown.hex(), stores.volumes.build(parts, std::nullopt, stores.quiet));
}

TEST_CASE("veritysetup computes the same root and the same tree")
{
    Stores stores;
    const auto root = stores.build().volume.root;
    const auto image = stores.volumes.path(root);
    const auto size = stores.volumes.measure(stores.parts).size;
    const auto bytes = files::read(image, 1U << 30U);
    const auto bare = stores.directory / "bare.erofs";
    files::write(bare, bytes.substr(0, size));
    const auto tree = stores.directory / "hashes";
    CommandResult result;
    try {
        Command command{.argv = {"veritysetup", "format", "--no-superblock", "--salt=-", bare.string(), tree.string()}};
        command.environment = {{"PATH", "/usr/sbin:/sbin:/usr/bin:/bin"}};
        result = run(command);
    } catch (const Error&) {
        MESSAGE("skipped: veritysetup is not installed");
        return;
    }

    CHECK(result.status == 0);
    CHECK(result.output.find(root.hex()) != std::string::npos);
    CHECK(files::read(tree, 1 << 20) == bytes.substr(size));
}
