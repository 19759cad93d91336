// SPDX-License-Identifier: LGPL-2.1-or-later
// What a ContentStore refuses to import, with commits made by hand.
#include "adapters/ostree/served/incoming_compressed.hpp"
#include "repo-format/repo/ostree_objects.hpp"
#include "support/expect.hpp"
#include "support/published_commit.hpp"

using namespace qpkg;
using namespace qpkg::testing;
using ostree::OstreeContentStore;

namespace {

/// An archive object with this header and content, under the name that hashing them gives, in `archive`.
struct ServedFile {
    ostree::FileHeader header{0, 0, 0100644, 0, "", {}};
    std::string content = "content of a file\n";
    std::uint64_t announced = content.size(); ///< what the header says

    std::string bytes() const
    {
        std::string compressed;
        ostree::Deflater deflater(6);
        const auto keep = [&](std::span<const std::uint8_t> piece) { compressed += as_text(piece); };
        deflater.feed(as_bytes(content), keep);
        deflater.finish(keep);
        return ostree::with_length(encode(ostree::ArchiveHeader{announced, header})) + compressed;
    }
    Digest name() const { return sha256(std::string_view(ostree::with_length(encode(header)) + content)); }
};

/// A repository with one commit of one file and its list of times, made by hand so that anything can be wrong with it.
struct Forged {
    files::TemporaryDirectory scratch_directory = scratch();
    fs::path directory = scratch_directory.path();
    NoProgress quiet;
    OstreeContentStore store{directory / "store", ostree::inflating()};
    ostree::DirMeta meta{0, 0, 040755, {}};
    ServedFile file;
    ServedFile times{.content = "1 1700000000\n"};
    std::vector<ostree::FileEntry> folder_of_times{{"times", times.name()}};
    std::string served = file.bytes();
    std::uint64_t objects = 8;
    std::uint64_t size = file.content.size(); ///< announced, without the list of times

    void put(const Digest& name, std::string_view suffix, std::string_view bytes) const
    {
        const auto path =
            directory / "site/ostree/objects" / name.hex().substr(0, 2) / (name.hex().substr(2) + std::string(suffix));
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << bytes;
    }

    Digest put_tree(const ostree::DirTree& tree) const
    {
        const auto bytes = encode(tree);
        const auto name = sha256(std::string_view(bytes));
        put(name, ".dirtree", bytes);
        return name;
    }

    ImportReport import(std::optional<std::int64_t> timestamp = std::nullopt)
    {
        const auto meta_bytes = encode(meta);
        const auto meta_name = sha256(std::string_view(meta_bytes));
        const auto folder = put_tree({folder_of_times, {}});
        const auto lib = put_tree({{}, {{"qpkg", folder, meta_name}}});
        const auto usr = put_tree({{}, {{"lib", lib, meta_name}}});
        const auto tree_name = put_tree({{{"file", file.name()}}, {{"usr", usr, meta_name}}});
        const auto commit_bytes = encode(ostree::Commit{{}, {}, "forged", "", 1'700'000'000, tree_name, meta_name});
        const auto commit_name = sha256(std::string_view(commit_bytes));
        put(meta_name, ".dirmeta", meta_bytes);
        put(commit_name, ".commit", commit_bytes);
        put(times.name(), ".filez", times.bytes());
        put(file.name(), ".filez", served);
        fetch::DirectoryFetcher site(directory / "site");
        const auto report =
            store.import_commit(CommitId(commit_name), {objects, size + times.content.size(), timestamp}, site, quiet);
        CHECK(store.has_commit(CommitId(commit_name)));
        return report;
    }

    void check_refused(Code code, const std::string& words)
    {
        CHECK_FAILS(code, words, import());
        CHECK(store.commits().empty());
    }
};

} // namespace

TEST_CASE("a commit made by hand is imported when nothing is wrong with it")
{
    Forged forged;

    CHECK(forged.import(1'700'000'000).content_bytes == forged.size + forged.times.content.size());
}

TEST_CASE("bad input 51: metadata whose bytes are not what the name says is refused before it is parsed")
{
    for (const std::string suffix : {".commit", ".dirtree", ".dirmeta"}) {
        CAPTURE(suffix);
        Published published;
        const auto victim = published.object(published.archive(), suffix);
        auto bytes = files::read(victim, 1 << 20);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        files::write(victim, bytes);

        CHECK_FAILS(Code::corrupt, "its bytes are not what its name says", published.import());
        CHECK(published.store.commits().empty());
    }
    Published published;
    files::write(published.object(published.archive(), ".commit"), std::string(10 << 20, 'x'));
    CHECK_FAILS(Code::no_space, "65536", published.import());
}

TEST_CASE("bad input 53: a commit with another time than the manifest says is refused")
{
    Forged forged;

    CHECK_FAILS(Code::untrusted, "expected 1600000000", forged.import(1'600'000'000));
}

TEST_CASE("bad input 55: a setuid file or a foreign directory on the way in is refused")
{
    Forged setuid;
    setuid.file.header.mode = 0104755;
    setuid.served = setuid.file.bytes();
    Forged owned;
    owned.meta.uid = 1000;

    setuid.check_refused(Code::untrusted, "mode 0104755");
    owned.check_refused(Code::untrusted, "owner 1000:0");
}

TEST_CASE("bad input 56: a file with extended attributes on the way in is refused")
{
    Forged forged;
    forged.file.header.xattrs = {{"security.capability", "x"}};
    forged.served = forged.file.bytes();

    forged.check_refused(Code::untrusted, "security.capability");
}

TEST_CASE("bad input 58: content that is not what its name says, cut off, too long or followed by more is refused")
{
    const auto refused = [](Code code, const std::string& words, auto&& spoil) {
        Forged forged;
        spoil(forged);
        forged.check_refused(code, words);
    };
    const auto served = Forged().served;

    refused(Code::corrupt, "not what its name says", [](Forged& f) {
        auto other = f.file;
        other.content[0] = 'C';
        f.served = other.bytes();
    });
    refused(Code::corrupt, "not what its name says", [](Forged& f) {
        auto other = f.file;
        other.header.mode = 0104755;
        f.served = other.bytes();
    });
    for (std::size_t length = 0; length < served.size(); length += 3) {
        refused(Code::corrupt, "cut off", [&](Forged& f) { f.served.resize(length); });
    }
    refused(Code::corrupt, "after the end", [](Forged& f) { f.served += "more"; });
    refused(Code::corrupt, "damaged", [](Forged& f) { f.served[f.served.size() - 20] = '\xff'; });
    refused(Code::corrupt, "more content than", [](Forged& f) {
        f.file.announced = 5;
        f.served = f.file.bytes();
    });
    refused(Code::corrupt, "cut off", [](Forged& f) {
        f.file.announced += 5;
        f.size += 5;
        f.served = f.file.bytes();
    });
    refused(Code::corrupt, "regular file with a link target", [](Forged& f) {
        f.file.header.target = "elsewhere";
        f.served = f.file.bytes();
    });
    refused(Code::corrupt, "symlink with content", [](Forged& f) {
        f.file.header.mode = 0120777;
        f.file.header.target = "elsewhere";
        f.served = f.file.bytes();
    });
}

TEST_CASE("bad input 58: a small object that inflates without end is stopped at what its header says")
{
    Forged forged;
    auto bomb = forged.file;
    bomb.content = std::string(64 << 20, '\0');
    forged.served = bomb.bytes();
    REQUIRE(forged.served.size() < 100'000);

    forged.check_refused(Code::corrupt, "more content than");
    CHECK_FALSE(fs::exists(forged.directory / "store/tmp/qpkg-staging" / (forged.file.name().hex() + ".file")));
}

TEST_CASE("bad input 59: content beyond the budget, below it, and other numbers of objects are refused")
{
    const auto refused = [](Code code, const std::string& words, std::uint64_t objects, std::int64_t more) {
        Forged forged;
        forged.objects = objects;
        forged.size = forged.size + static_cast<std::uint64_t>(more);
        forged.check_refused(code, words);
    };

    refused(Code::no_space, "announced", 8, -1);
    refused(Code::corrupt, "announced", 8, 1);
    refused(Code::no_space, "objects", 7, 0);
    refused(Code::corrupt, "8 objects, 9 announced", 9, 0);
}

TEST_CASE("a commit without a list of times, with one that does not fit or is none, or with more beside it is refused")
{
    const auto refused = [](const std::string& content, std::uint32_t mode, const std::string& words) {
        Forged forged;
        forged.times = {.header = {0, 0, mode, 0, "", {}}, .content = content};
        forged.folder_of_times = {{"times", forged.times.name()}};
        forged.check_refused(Code::corrupt, words);
    };
    Forged without;
    without.folder_of_times = {{"other", without.times.name()}};
    Forged beside;
    beside.folder_of_times = {{"agent", beside.file.name()}, {"times", beside.times.name()}};
    Forged nothing;
    nothing.folder_of_times = {};

    refused("1 1700000000", 0100644, "usr/lib/qpkg/times: line 1");
    refused("2 1700000000\n", 0100644, "times of 2 files, the tree has 1");
    refused("", 0100644, "times of 0 files, the tree has 1");
    refused("1 1700000000\n", 0100755, "mode 0644");
    without.check_refused(Code::untrusted, "usr/lib/qpkg/other: this folder of a module holds its times alone");
    beside.check_refused(Code::untrusted, "usr/lib/qpkg/agent: this folder of a module holds its times alone");
    nothing.check_refused(Code::untrusted, "usr/lib/qpkg/times is not there");
}

TEST_CASE("a link or a file where the list of times has its place is not committed, nor a time that it cannot say")
{
    Forged forged;
    const auto refused = [&](const fs::path& tree, const std::string& words) {
        CHECK_FAILS(Code::untrusted, words, forged.store.commit_tree(a_commit_of(tree), forged.quiet));
    };
    const auto place = [&](const char* name) { return TreeMaker(forged.directory / name); };

    refused(place("linked").link("usr/lib", "lib64").root(), "usr/lib: it is in the way of the list of times");
    refused(place("file").file("usr/lib/qpkg", "x").root(), "usr/lib/qpkg: it is in the way of the list of times");
    refused(place("full").file("usr/lib/qpkg/times/x", "x").root(), "usr/lib/qpkg/times: it is in the way");
    refused(place("early").file("usr/x", "x").time("usr/x", -1).root(), "usr/x: its time");
    refused(place("late").file("usr/x", "x").time("usr/x", 4'102'444'800).root(), "usr/x: its time");
}

TEST_CASE("a symlink that leaves its module is refused on import and when it is built")
{
    Forged forged;
    forged.file.header = {0, 0, 0120777, 0, "../outside", {}};
    forged.file.content.clear();
    forged.size = forged.file.header.target.size();
    forged.file.announced = 0;
    forged.served = ostree::with_length(encode(ostree::ArchiveHeader{0, forged.file.header}));

    forged.check_refused(Code::untrusted, "leaves the module");
    const TreeMaker tree(forged.directory / "tree");
    TreeMaker(forged.directory / "tree").link("usr/x", "../../y");
    CHECK_FAILS(Code::untrusted, "usr/x", forged.store.commit_tree(a_commit_of(tree.root()), forged.quiet));
}

TEST_CASE("a tree with a mode that modules may not have is not committed")
{
    Forged forged;
    TreeMaker(forged.directory / "tree").file("usr/bin/su", "x", 04755);

    CHECK_FAILS(Code::untrusted, "usr/bin/su",
                forged.store.commit_tree(a_commit_of(forged.directory / "tree"), forged.quiet));
    CHECK(forged.store.commits().empty());
}
