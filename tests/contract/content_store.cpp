// SPDX-License-Identifier: LGPL-2.1-or-later
// What a ContentStore promises, with stock `ostree` as the judge of what is on disk.
#include "support/expect.hpp"
#include "support/published_commit.hpp"

#include "qpkg/core/text.hpp"

using namespace qpkg;
using namespace qpkg::testing;
using ostree::OstreeContentStore;

namespace {

class RecordingSigner final : public CommitSigner {
public:
    mutable std::string signed_bytes;
    std::string sign(std::span<const std::uint8_t> bytes) const override
    {
        signed_bytes = as_text(bytes);
        return std::string(64, 's');
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
    for (const auto& line : text::split(stock_ostree({"diff", "--repo=" + archive, Published::ref(), "again"}), '\n')) {
        CHECK_MESSAGE((line.empty() || line.find(" /usr/lib/qpkg") != std::string::npos), line); // the list of times
    }
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
    published.export_to(published.archive(), next.commit);

    const auto estimate = published.store.estimate(next.commit, {next.objects, next.size}, published.site);
    const auto report =
        published.store.import_commit(next.commit, {next.objects, next.size}, published.site, published.quiet);

    CHECK(estimate.missing_objects == 2); // the new file, and a list of times with one more
    CHECK(estimate.present.size() == published.store.contents(published.summary.commit).size() - 1);
    CHECK(report.content_bytes < 100);
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

TEST_CASE("of several commits that were laid aside, nothing is asked for again")
{
    class Nobody final : public Fetcher {
    public:
        std::optional<std::string> get(const std::string& path, std::uint64_t) override
        {
            FAIL(path);
            return {};
        }
        void get_many(std::span<const FetchRequest> requests, FetchSink&) override { CHECK(requests.empty()); }
    };
    Published published;
    auto tree = TreeMaker(published.directory / "other").file("usr/bin/other", noise(5000, 1), 0755);
    const auto other = published.builder.commit_tree(a_commit_of(tree.root(), "org.example.other"), published.quiet);
    published.export_to(published.archive(), other.commit, nullptr, "app/org.example.other/x86_64/stable");
    const ImportLimits limits{other.objects, other.size};
    auto& store = published.store;
    store.stage_commit(published.summary.commit, published.limits(), published.site, published.quiet);
    store.stage_commit(other.commit, limits, published.site, published.quiet);
    store.adopt_staged();

    Nobody nobody;
    store.import_commit(published.summary.commit, published.limits(), nobody, published.quiet);
    store.import_commit(other.commit, limits, nobody, published.quiet);

    CHECK_NOTHROW(store.verify(published.summary.commit, published.quiet));
    CHECK_NOTHROW(store.verify(other.commit, published.quiet));
    CHECK_FALSE(fs::exists(published.directory / "store/tmp/qpkg-staging"));
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

TEST_CASE("signatures that were laid aside and lost in a power cut are fetched again")
{
    Published published;
    const RecordingSigner signer;
    published.export_to(published.archive(), published.summary.commit, &signer);
    published.store.stage_commit(published.summary.commit, published.limits(), published.site, published.quiet);
    const auto id = published.summary.commit.hex();
    fs::resize_file(published.directory / "store/tmp/qpkg-fetching" / (id + ".commitmeta"), 0);

    published.store.stage_commit(published.summary.commit, published.limits(), published.site, published.quiet);
    published.store.adopt_staged();
    published.import();

    CHECK(files::read(published.object(published.directory / "store", ".commitmeta"), 4096) ==
          files::read(published.object(published.archive(), ".commitmeta"), 4096));
}

TEST_CASE("a commit without signatures is not asked about twice")
{
    Published published;
    published.store.stage_commit(published.summary.commit, published.limits(), published.site, published.quiet);

    const auto again =
        published.store.stage_commit(published.summary.commit, published.limits(), published.site, published.quiet);

    CHECK(again.fetched_bytes == 0);
    CHECK(listing(published.directory / "store/objects").empty());
}

TEST_CASE("a signature goes into detached metadata as stock ostree writes it")
{
    Published published;
    const RecordingSigner signer;

    published.export_to(published.archive(), published.summary.commit, &signer);

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

    published.export_to(published.directory / "other", published.summary.commit, &signer);

    const auto summary = files::read(published.directory / "other/summary", 1 << 20);
    CHECK(signer.signed_bytes == summary);
}

TEST_CASE("a copy between archives is the same bytes, linked, with ref and signature")
{
    Published published;
    const RecordingSigner signer;
    published.export_to(published.archive(), published.summary.commit, &signer);

    const auto target = published.directory / "mirror" / "ostree";
    const auto bytes = ostree::Archive(target).add(published.summary.commit, published.archive(), "other/ref", nullptr,
                                                   published.quiet);

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
    published.export_to(published.archive(), next.commit);
    published.store.import_commit(next.commit, {next.objects, next.size}, published.site, published.quiet);
    const Kept keep{{published.summary.commit}, {}};

    const auto promised = published.store.prunable(keep);
    const auto given = published.store.prune(keep);

    CHECK(given == promised);
    CHECK(given >= 300'000);
    CHECK(published.store.commits() == keep.commits);
    CHECK_NOTHROW(published.store.verify(published.summary.commit, published.quiet));
    CHECK(published.store.prunable(keep) == 0);
    CHECK(published.store.prune({}) > 1'000'000);
    CHECK(published.store.commits().empty());
}

TEST_CASE("details are kept by the hash of their bytes, until nobody names them")
{
    Published published;
    auto& store = published.store;
    const auto one = sha256("one");
    const auto two = sha256("two");

    store.add_details("one");
    store.add_details("two");
    store.add_details("one");

    CHECK(store.details() == std::vector{std::min(one, two), std::max(one, two)});
    CHECK(store.has_details(one));
    CHECK(store.read_details(one) == "one");
    CHECK_FAILS(Code::not_found, "are not in the object store", store.read_details(sha256("three")));
    const Kept keep{{}, {two}};
    const auto promised = store.prunable(keep);
    CHECK(store.prune(keep) == promised);
    CHECK(promised > 0);
    CHECK(store.details() == std::vector{two});
}

TEST_CASE("details that are damaged are not read, and go when they are asked to")
{
    Published published;
    auto& store = published.store;
    const auto id = sha256("whole");
    store.add_details("whole");
    CHECK_FALSE(store.discard_damaged_details(id));

    files::write(published.directory / "store/qpkg-details" / id.hex(), "half");

    CHECK_FAILS(Code::corrupt, "details " + id.hex() + " are damaged", store.read_details(id));
    CHECK(store.discard_damaged_details(id));
    CHECK_FALSE(store.has_details(id));
    CHECK_FALSE(store.discard_damaged_details(id));
}

TEST_CASE("details that were laid aside belong to the store when they are adopted, and are hashed again then")
{
    Published published;
    auto& store = published.store;
    store.stage_details("whole");
    store.stage_details("cut by a kill");
    files::write(published.directory / "store/tmp/qpkg-details" / sha256("cut by a kill").hex(), "cut");
    CHECK(store.details().empty());

    store.adopt_staged();

    CHECK(store.details() == std::vector{sha256("whole")});
    store.stage_details("nobody came for them");
    CHECK(store.discard_staged() > 0);
    store.adopt_staged();
    CHECK(store.details() == std::vector{sha256("whole")});
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
    CHECK(tree.files.size() == 7); // of eight paths two are one file; the list of times is none of them
    CHECK(std::ranges::count(tree.files, 1'500'000'000, &ModuleTree::File::time) == 1);
    CHECK(std::ranges::count(tree.files, TreeMaker::usual_time, &ModuleTree::File::time) == 6);
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
