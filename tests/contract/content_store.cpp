// SPDX-License-Identifier: LGPL-2.1-or-later
// What a ContentStore promises, with stock `ostree` as the judge of what is on disk.
#include "adapters/ostree/content_store.hpp"

#include "adapters/fetch/directory_fetcher.hpp"
#include "adapters/ostree/inflate.hpp"
#include "repo-format/ostree_objects.hpp"
#include "support/expect.hpp"
#include "support/trees.hpp"

#include "qpkg/base/subprocess.hpp"

using namespace qpkg;
using namespace qpkg::testing;
using ostree::OstreeContentStore;

namespace {

std::string stock_ostree(std::vector<std::string> arguments)
{
    Command command;
    command.argv = {"ostree"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    return run_checked(command, "ostree").output;
}

class RecordingSigner final : public CommitSigner {
public:
    mutable std::string signed_bytes;
    std::string sign(std::span<const std::uint8_t> bytes) const override
    {
        signed_bytes = as_text(bytes);
        return std::string(64, 's');
    }
};

/// A builder's store with one commit, its published site, and an empty store that reads it.
struct Published {
    files::TemporaryDirectory scratch_directory = scratch();
    fs::path directory = scratch_directory.path();
    NoProgress quiet;
    OstreeContentStore builder{directory / "builder"};
    OstreeContentStore store{directory / "store"};
    CommitSummary summary = builder.commit_tree(a_commit_of(small_module(directory / "tree").root()), quiet);
    std::uint64_t served = builder.export_commit(summary.commit, archive(), ref(), nullptr, quiet);
    fetch::DirectoryFetcher site{directory / "site"};

    fs::path archive() const { return directory / "site" / "ostree"; }
    static std::string ref() { return "app/org.example.hello/x86_64/stable"; }
    ImportLimits limits() const { return {summary.objects, summary.size}; }
    ImportReport import() { return store.import_commit(summary.commit, limits(), site, quiet); }
    /// The served object of the path that a walk meets last.
    fs::path last_object() const
    {
        const auto line = stock_ostree({"ls", "-C", "--repo=" + archive().string(), ref(), "/usr/share/doc/hi"});
        const auto end = line.find(" /usr");
        const auto id = line.substr(end - 64, 64);
        return archive() / "objects" / id.substr(0, 2) / (id.substr(2) + ".filez");
    }
    fs::path object(const fs::path& repository, const std::string& suffix, std::size_t nth = 0) const
    {
        std::vector<fs::path> found;
        for (const auto& entry : fs::recursive_directory_iterator(repository / "objects")) {
            if (entry.path().extension() == suffix) {
                found.push_back(entry.path());
            }
        }
        std::sort(found.begin(), found.end(),
                  [](const auto& a, const auto& b) { return fs::file_size(a) > fs::file_size(b); });
        return found.at(nth);
    }
};

} // namespace

TEST_CASE("the same tree and request give the same commit, in another directory and store")
{
    Published first;
    Published second;

    CHECK(first.summary.commit == second.summary.commit);
    CHECK(first.builder.commit_metadata(first.summary.commit).at("qpkg.app") == "org.example.hello");
    CHECK(first.builder.commit_metadata(first.summary.commit).at("ostree.ref-binding") == Published::ref());
}

TEST_CASE("stock ostree makes the same commit objects and accepts both repositories")
{
    Published published;
    const auto builder = (published.directory / "builder").string();
    const auto archive = published.archive().string();

    CHECK(stock_ostree({"fsck", "--repo=" + builder}).find("1 commits completed successfully") != std::string::npos);
    CHECK(stock_ostree({"fsck", "--repo=" + archive}).find("1 commits completed successfully") != std::string::npos);
    CHECK(stock_ostree({"rev-parse", "--repo=" + archive, Published::ref()}) == published.summary.commit.hex() + "\n");
    const auto again =
        stock_ostree({"commit", "--repo=" + archive, "-b", "again", "--timestamp=@1700000000", "--owner-uid=0",
                      "--owner-gid=0", "--no-xattrs", "-s", "org.example.hello 1.0-1",
                      "--add-metadata-string=qpkg.app=org.example.hello", (published.directory / "tree").string()});
    CHECK(stock_ostree({"diff", "--repo=" + archive, Published::ref(), "again"}).empty());
    CHECK(stock_ostree({"summary", "--view", "--repo=" + archive}).find(Published::ref()) != std::string::npos);
}

TEST_CASE("an import is exactly what stock ostree would have pulled")
{
    Published published;
    const auto stock = (published.directory / "stock").string();
    stock_ostree({"init", "--repo=" + stock, "--mode=bare-user"});
    stock_ostree({"pull-local", "--repo=" + stock, published.archive().string(), Published::ref()});

    const auto report = published.import();

    CHECK(listing(fs::path(stock) / "objects") == listing(published.directory / "store" / "objects"));
    CHECK(stock_ostree({"fsck", "--repo=" + (published.directory / "store").string()})
              .find("1 commits completed successfully") != std::string::npos);
    CHECK(report.fetched_objects == published.summary.objects);
    CHECK(report.fetched_bytes == published.served);
    CHECK(report.content_bytes == published.summary.size);
    CHECK(published.store.commits() == std::vector{published.summary.commit});
    CHECK_NOTHROW(published.store.verify(published.summary.commit, published.quiet));
}

TEST_CASE("what is here is not fetched again")
{
    Published published;
    published.import();
    TreeMaker(published.directory / "tree").file("usr/bin/new", "new\n", 0755);
    const auto next = published.builder.commit_tree(a_commit_of(published.directory / "tree"), published.quiet);
    published.builder.export_commit(next.commit, published.archive(), Published::ref(), nullptr, published.quiet);

    const auto estimate = published.store.estimate(next.commit, {next.objects, next.size}, published.site);
    const auto report =
        published.store.import_commit(next.commit, {next.objects, next.size}, published.site, published.quiet);

    CHECK(estimate.missing_objects == 1);
    CHECK(estimate.present == published.store.contents(published.summary.commit));
    CHECK(report.content_bytes == 4);
    CHECK(published.import().fetched_objects == 0);
}

TEST_CASE("an import that breaks off shows no commit and goes on where it stopped")
{
    Published published;
    const auto last = published.last_object();
    fs::rename(last, published.directory / "hidden");

    CHECK_FAILS(Code::not_found, "the repository lacks file", published.import());
    CHECK_FALSE(published.store.has_commit(published.summary.commit));

    fs::rename(published.directory / "hidden", last);
    const auto report = published.import();
    CHECK(report.content_bytes < 1'000'000);
    CHECK_NOTHROW(published.store.verify(published.summary.commit, published.quiet));
}

TEST_CASE("a staged object that was cut off is fetched again")
{
    Published published;
    const auto hidden = published.last_object();
    fs::rename(hidden, published.directory / "hidden");
    CHECK_FAILS(Code::not_found, "lacks", published.import());
    fs::rename(published.directory / "hidden", hidden);
    for (const auto& entry : fs::directory_iterator(published.directory / "store/tmp/qpkg-staging")) {
        fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
    }

    published.import();

    CHECK_NOTHROW(published.store.verify(published.summary.commit, published.quiet));
}

TEST_CASE("a signature goes into detached metadata as stock ostree writes it")
{
    Published published;
    const RecordingSigner signer;

    published.builder.export_commit(published.summary.commit, published.archive(), Published::ref(), &signer,
                                    published.quiet);

    const auto archive = "--repo=" + published.archive().string();
    const auto shown = stock_ostree(
        {"show", archive, "--print-detached-metadata-key=ostree.sign.ed25519", published.summary.commit.hex()});
    CHECK(shown.find("0x73, 0x73") != std::string::npos);
    CHECK(fs::exists(published.archive() / "summary.sig"));
}

TEST_CASE("the signature is over the whole commit object")
{
    Published published;
    const RecordingSigner signer;

    published.builder.export_commit(published.summary.commit, published.directory / "other", Published::ref(), &signer,
                                    published.quiet);

    const auto summary = files::read(published.directory / "other/summary", 1 << 20);
    CHECK(signer.signed_bytes == summary);
}

TEST_CASE("a copy between archives is the same bytes, linked, with ref and signature")
{
    Published published;
    const RecordingSigner signer;
    published.builder.export_commit(published.summary.commit, published.archive(), Published::ref(), &signer,
                                    published.quiet);

    const auto target = published.directory / "mirror" / "ostree";
    const auto bytes = published.builder.copy_archived(published.summary.commit, published.archive(), target,
                                                       "other/ref", nullptr, published.quiet);

    CHECK(bytes == published.served);
    CHECK(listing(target / "objects") == listing(published.archive() / "objects"));
    CHECK(fs::hard_link_count(published.object(target, ".filez")) == 2);
    CHECK(stock_ostree({"rev-parse", "--repo=" + target.string(), "other/ref"}) ==
          published.summary.commit.hex() + "\n");
    CHECK(stock_ostree({"fsck", "--repo=" + target.string()}).find("1 commits completed successfully") !=
          std::string::npos);
}

TEST_CASE("prune gives back what it said and keeps what is needed")
{
    Published published;
    published.import();
    TreeMaker(published.directory / "tree").file("usr/lib/hello/second", noise(300'000, 2));
    const auto next = published.builder.commit_tree(a_commit_of(published.directory / "tree"), published.quiet);
    published.builder.export_commit(next.commit, published.archive(), Published::ref(), nullptr, published.quiet);
    published.store.import_commit(next.commit, {next.objects, next.size}, published.site, published.quiet);
    const std::vector keep{published.summary.commit};

    const auto promised = published.store.prunable(keep);
    const auto given = published.store.prune(keep);

    CHECK(given == promised);
    CHECK(given >= 300'000);
    CHECK(published.store.commits() == keep);
    CHECK_NOTHROW(published.store.verify(published.summary.commit, published.quiet));
    CHECK(published.store.prunable(keep) == 0);
    CHECK(published.store.prune({}) > 1'000'000);
    CHECK(published.store.commits().empty());
}

TEST_CASE("verify names a damaged or missing object")
{
    Published published;
    published.import();
    const auto victim = published.object(published.directory / "store", ".file");
    const auto name = victim.parent_path().filename().string() + victim.stem().string();

    std::fstream(victim, std::ios::in | std::ios::out | std::ios::binary).seekp(500) << "!";
    CHECK_FAILS(Code::corrupt, name, published.store.verify(published.summary.commit, published.quiet));
    fs::remove(victim);
    CHECK_FAILS(Code::corrupt, name, published.store.verify(published.summary.commit, published.quiet));
}

TEST_CASE("a lost or damaged index is made again")
{
    Published published;
    published.import();
    const auto before = published.store.contents(published.summary.commit);
    const auto index = published.directory / "store/qpkg-index" / (published.summary.commit.hex() + ".index");
    const auto bytes = files::read(index, 1 << 20);

    std::fstream(index, std::ios::in | std::ios::out | std::ios::binary).seekp(50) << "!";

    CHECK(published.store.contents(published.summary.commit) == before);
    CHECK(files::read(index, 1 << 20) == bytes);
}

TEST_CASE("a reader sees the tree, its contents and their leaf hashes")
{
    Published published;
    published.import();

    const auto reader = published.store.open_commit(published.summary.commit);
    const auto& tree = reader->tree();

    REQUIRE(tree.directories.front().entries.size() == 1);
    CHECK(tree.directories.front().entries.front().name == "usr");
    for (std::uint32_t i = 0; i < tree.objects.size(); ++i) {
        const auto content = reader->content_from(i, 0);
        CHECK(content.size() == tree.objects[i].size);
        std::string leaves;
        for (std::size_t at = 0; at + 4096 <= content.size(); at += 4096) {
            leaves += sha256(std::string_view(content).substr(at, 4096)).bytes_string();
        }
        CHECK(as_text(reader->leaves(i)) == leaves);
    }
}

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

/// A repository with one commit of one file, made by hand so that anything can be wrong with it.
struct Forged {
    files::TemporaryDirectory scratch_directory = scratch();
    fs::path directory = scratch_directory.path();
    NoProgress quiet;
    OstreeContentStore store{directory / "store"};
    ostree::DirMeta meta{0, 0, 040755, {}};
    ServedFile file;
    std::string served = file.bytes();
    std::uint64_t objects = 4;
    std::uint64_t size = file.content.size();

    void put(const Digest& name, std::string_view suffix, std::string_view bytes) const
    {
        const auto path =
            directory / "site/ostree/objects" / name.hex().substr(0, 2) / (name.hex().substr(2) + std::string(suffix));
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << bytes;
    }

    ImportReport import(std::optional<std::int64_t> timestamp = std::nullopt)
    {
        const auto meta_bytes = encode(meta);
        const auto meta_name = sha256(std::string_view(meta_bytes));
        const auto tree_bytes = encode(ostree::DirTree{{{"file", file.name()}}, {}});
        const auto tree_name = sha256(std::string_view(tree_bytes));
        const auto commit_bytes = encode(ostree::Commit{{}, {}, "forged", "", 1'700'000'000, tree_name, meta_name});
        const auto commit_name = sha256(std::string_view(commit_bytes));
        put(meta_name, ".dirmeta", meta_bytes);
        put(tree_name, ".dirtree", tree_bytes);
        put(commit_name, ".commit", commit_bytes);
        put(file.name(), ".filez", served);
        fetch::DirectoryFetcher site(directory / "site");
        const auto report = store.import_commit(CommitId(commit_name), {objects, size, timestamp}, site, quiet);
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

    CHECK(forged.import(1'700'000'000).content_bytes == forged.size);
}

TEST_CASE("E51: metadata whose bytes are not what the name says is refused before it is parsed")
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

TEST_CASE("E53: a commit with another time than the manifest says is refused")
{
    Forged forged;

    CHECK_FAILS(Code::untrusted, "expected 1600000000", forged.import(1'600'000'000));
}

TEST_CASE("E55: a setuid file or a foreign directory on the way in is refused")
{
    Forged setuid;
    setuid.file.header.mode = 0104755;
    setuid.served = setuid.file.bytes();
    Forged owned;
    owned.meta.uid = 1000;

    setuid.check_refused(Code::untrusted, "mode 0104755");
    owned.check_refused(Code::untrusted, "owner 1000:0");
}

TEST_CASE("E56: a file with extended attributes on the way in is refused")
{
    Forged forged;
    forged.file.header.xattrs = {{"security.capability", "x"}};
    forged.served = forged.file.bytes();

    forged.check_refused(Code::untrusted, "security.capability");
}

TEST_CASE("E58: content that is not what its name says, cut off, too long or followed by more is refused")
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

TEST_CASE("E58: a small object that inflates without end is stopped at what its header says")
{
    Forged forged;
    auto bomb = forged.file;
    bomb.content = std::string(64 << 20, '\0');
    forged.served = bomb.bytes();
    REQUIRE(forged.served.size() < 100'000);

    forged.check_refused(Code::corrupt, "more content than");
    CHECK_FALSE(fs::exists(forged.directory / "store/tmp/qpkg-staging" / (forged.file.name().hex() + ".file")));
}

TEST_CASE("E59: content beyond the budget, below it, and other numbers of objects are refused")
{
    const auto refused = [](Code code, const std::string& words, std::uint64_t objects, std::int64_t more) {
        Forged forged;
        forged.objects = objects;
        forged.size = forged.size + static_cast<std::uint64_t>(more);
        forged.check_refused(code, words);
    };

    refused(Code::no_space, "announced", 4, -1);
    refused(Code::corrupt, "announced", 4, 1);
    refused(Code::no_space, "objects", 3, 0);
    refused(Code::corrupt, "4 objects, 5 announced", 5, 0);
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
