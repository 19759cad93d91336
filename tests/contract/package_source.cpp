// SPDX-License-Identifier: LGPL-2.1-or-later
// What a PackageSource promises.
#include "contract/package_sources.hpp"
#include "support/expect.hpp"
#include "support/trees.hpp"

#include <algorithm>
#include <fstream>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

/// One machine that builds: each step has a scratch directory of its own, and all share a cache.
struct Builder {
    SourceSubject& subject;
    files::TemporaryDirectory directory{"/dev/shm"};
    NoProgress progress;
    int steps = 0;

    explicit Builder(SourceSubject& of) : subject(of) {}

    fs::path cache() const { return directory.path() / "cache"; }
    Workshop workshop()
    {
        auto place = directory.path() / std::to_string(++steps);
        fs::create_directory(place);
        return {subject.sandbox(), progress, subject.base_image(), place, cache()};
    }
    PackageChoice resolve(const std::string& name, Recommended recommended = Recommended::none)
    {
        return subject.source().resolve(workshop(), {{name}, recommended});
    }
    void download(const PackageChoice& choice) { subject.source().download(workshop(), choice.packages); }
    fs::path install(const PackageChoice& choice)
    {
        return subject.source().install(workshop(), choice.packages, choice.epoch);
    }

    /// Spoils what the cache has of these packages, as a disk does: with the time that it had, by which a downloader
    /// may take it for the beginning of what the server has. Returns how many that are.
    int spoil(const PackageChoice& choice) const
    {
        int spoiled = 0;
        if (!fs::exists(cache())) {
            return spoiled;
        }
        for (const auto& entry : fs::recursive_directory_iterator(cache())) {
            const auto is_it = [&](const LockedPackage& locked) {
                return entry.is_regular_file() && entry.file_size() == locked.size &&
                       sha256(files::read(entry.path(), locked.size)) == locked.package.sha256;
            };
            if (std::ranges::any_of(choice.packages, is_it)) {
                const auto time = entry.last_write_time();
                std::ofstream(entry.path(), std::ios::trunc) << "spoiled";
                fs::last_write_time(entry.path(), time);
                ++spoiled;
            }
        }
        return spoiled;
    }
};

std::vector<std::string> names_of(const PackageChoice& choice)
{
    std::vector<std::string> names;
    std::ranges::transform(choice.packages, std::back_inserter(names),
                           [](const LockedPackage& locked) { return locked.package.name; });
    return names;
}

} // namespace

TEST_CASE("a source chooses exact packages, with what they need, each time the same")
{
    const auto subject = each_source();
    Builder builder(*subject);

    const auto choice = builder.resolve("hello");

    CHECK(names_of(choice) == std::vector<std::string>{"hello", "libhello"});
    CHECK(choice.packages[0].package.version == "1.0");
    CHECK(choice.packages[0].size > 0);
    CHECK(choice.epoch == 1'700'000'000);
    CHECK(builder.resolve("hello").packages == choice.packages);
    CHECK(Builder(*subject).resolve("hello").packages == choice.packages);
}

TEST_CASE("a source tells what it would choose, and downloads none of it")
{
    const auto subject = each_source();
    Builder builder(*subject);

    const auto offered = subject->source().look(builder.workshop(), {{"hello"}, Recommended::named});

    const auto choice = Builder(*subject).resolve("hello", Recommended::named);
    REQUIRE(offered.size() == choice.packages.size());
    for (std::size_t i = 0; i < offered.size(); ++i) {
        CHECK(offered[i].package == choice.packages[i].package);
        CHECK(offered[i].size == choice.packages[i].size);
        CHECK_FALSE(offered[i].is_security_fix);
    }
    CHECK(builder.spoil(choice) == 0);
    CHECK_FAILS(Code::not_found, "helo", subject->source().look(builder.workshop(), {{"helo"}}));
}

TEST_CASE("a source finds packages by words of their name and summary")
{
    const auto subject = each_source();
    Builder builder(*subject);
    const auto search = [&](const std::vector<std::string>& words) {
        return subject->source().search(builder.workshop(), words);
    };

    CHECK(search({"hello", "says"}) == std::vector<FoundPackage>{{"hello", "says hello"}});
    CHECK(search({"hel.o"}).empty());
    CHECK(search({"nothing-like-it"}).empty());
    subject->cut_off();
    CHECK_FAILS(Code::failed, "", search({"hello"}));
}

TEST_CASE("a source tells what of the base itself is offered in another version")
{
    const auto subject = each_source();
    Builder builder(*subject);

    const auto offered = subject->source().look_at_base(builder.workshop());

    REQUIRE(offered.size() == 1);
    CHECK(offered[0].package.name == "aging");
    CHECK(offered[0].package.version == "2.0");
    subject->cut_off();
    CHECK_FAILS(Code::failed, "", subject->source().look_at_base(builder.workshop()));
}

TEST_CASE("a source brings what is recommended by nobody, by the named package, or by all that comes")
{
    const auto subject = each_source();
    const auto chosen = [&](Recommended recommended) {
        return names_of(Builder(*subject).resolve("hello", recommended));
    };

    CHECK(chosen(Recommended::none) == std::vector<std::string>{"hello", "libhello"});
    CHECK(chosen(Recommended::named) == std::vector<std::string>{"extra", "hello", "libhello"});
    CHECK(chosen(Recommended::all) == std::vector<std::string>{"deep", "extra", "hello", "libhello"});
}

TEST_CASE("a source says why it cannot choose")
{
    const auto subject = each_source();
    Builder builder(*subject);

    for (const auto recommended : {Recommended::none, Recommended::named}) {
        const auto unknown = failure_of([&] { builder.resolve("helo", recommended); });
        REQUIRE(unknown.has_value());
        CHECK(unknown->code == Code::not_found);
        CHECK(unknown->hint == "did you mean hello?");
    }
    CHECK_FAILS(Code::conflict, "the base has present", builder.resolve("present"));
    CHECK_FAILS(Code::usage, "", builder.resolve("-o Dir=/"));
    CHECK_FAILS(Code::usage, "", subject->source().app_of("-o Dir=/"));
    subject->cut_off();
    CHECK_FAILS(Code::failed, "", builder.resolve("hello"));
}

TEST_CASE("what was chosen is in the cache, and installed without asking anybody")
{
    const auto subject = each_source();
    Builder builder(*subject);
    const auto choice = builder.resolve("hello");
    subject->cut_off();

    builder.download(choice);
    const auto changes = builder.install(choice);

    CHECK(fs::is_regular_file(changes / "usr/bin/hello"));
    CHECK(fs::is_regular_file(changes / "usr/lib/hello.so"));
}

TEST_CASE("what a lock names is brought to an empty cache, or said to be gone")
{
    const auto subject = each_source();
    const auto choice = Builder(*subject).resolve("hello");

    Builder builder(*subject);
    builder.download(choice);
    CHECK(fs::exists(builder.install(choice) / "usr/bin/hello"));

    subject->withdraw();
    CHECK_FAILS(Code::not_found, "package hello", Builder(*subject).download(choice));
}

TEST_CASE("bytes that nobody signed are neither chosen nor taken for what a lock names")
{
    const auto subject = each_source();
    const auto choice = Builder(*subject).resolve("hello");
    subject->tamper();

    CHECK_THROWS_AS(Builder(*subject).resolve("hello"), Error);
    CHECK_FAILS(Code::not_found, "package hello", Builder(*subject).download(choice));
}

TEST_CASE("the cache is not believed")
{
    const auto subject = each_source();
    Builder builder(*subject);
    const auto choice = builder.resolve("hello");

    CHECK(builder.spoil(choice) == 2);
    CHECK_FAILS(Code::corrupt, "", builder.install(choice));
    builder.download(choice);
    CHECK(fs::exists(builder.install(choice) / "usr/bin/hello"));
}

TEST_CASE("a script that fails fails the installation")
{
    const auto subject = each_source();
    Builder builder(*subject);

    CHECK_FAILS(Code::failed, "", builder.install(builder.resolve("broken")));
}

TEST_CASE("a source describes what an installation brought, and keeps that in its own places")
{
    const auto subject = each_source();
    Builder builder(*subject);
    const auto changes = builder.install(builder.resolve("hello"));
    const ForeignTree tree(changes);
    const auto& source = subject->source();

    const auto packages = source.describe(tree);

    REQUIRE(packages.size() == 2);
    CHECK(packages[0].name == "hello");
    CHECK(packages[0].summary == "says hello");
    CHECK(packages[0].has_scripts);
    REQUIRE(packages[0].needs.size() == 1);
    CHECK(packages[0].needs[0].at(0).name == "libhello");
    CHECK(packages[0].version == "1.0");
    CHECK(std::ranges::count(packages[0].paths, "/usr/bin/hello") == 1);
    CHECK(packages[1].name == "libhello");
    CHECK(packages[1].source == "hello-src");
    CHECK_FALSE(packages[1].has_scripts);
    CHECK(packages.front().fixes == std::vector<std::string>{"CVE-2026-1234"});
    CHECK(packages.back().fixes.empty());
    CHECK(source.describe(ForeignTree(builder.install(builder.resolve("hello")))) == packages);
    for (const auto place : source.own_places()) {
        tree.remove(std::string(place));
    }
    CHECK(source.describe(tree).empty());
}

TEST_CASE("a source knows the roots that it serves, also after it settled them")
{
    const auto subject = each_source();
    const auto& source = subject->source();
    const files::TemporaryDirectory empty("/var/tmp");
    const ForeignTree root(subject->base_root());

    CHECK(source.serves(root));
    CHECK_FALSE(source.serves(ForeignTree(empty.path())));
    source.settle(root);
    const auto settled = listing(subject->base_root());
    source.settle(root);
    CHECK(source.serves(root));
    CHECK(listing(subject->base_root()) == settled);
    CHECK_FALSE(source.bases().empty());
}

TEST_CASE("a package file that was kept takes the place of the server that has it no more")
{
    const auto subject = each_source();
    Builder builder(*subject);
    const auto choice = builder.resolve("hello");
    const auto kept = [&](const LockedPackage& locked) { return builder.directory.path() / locked.package.name; };
    for (const auto& locked : choice.packages) {
        subject->source().hand_out(builder.workshop(), locked, kept(locked));
    }
    subject->cut_off();
    Builder later(*subject);

    for (const auto& locked : choice.packages) {
        subject->source().take_in(later.workshop(), locked, kept(locked));
    }

    later.download(choice);
    CHECK(fs::is_regular_file(later.install(choice) / "usr/bin/hello"));
    CHECK(later.spoil(choice) == 2);
    CHECK_FAILS(Code::corrupt, "",
                subject->source().hand_out(later.workshop(), choice.packages[0], builder.directory.path() / "spoiled"));
}

TEST_CASE("kept lists prove what the distribution offered, and nothing else")
{
    const auto subject = each_source();
    Builder builder(*subject);
    const auto lists = builder.directory.path() / "lists";
    const auto choice = subject->source().resolve(builder.workshop(), {{"hello"}, Recommended::none, lists});
    subject->cut_off();

    subject->source().prove(builder.workshop(), choice.packages, lists);

    auto other = choice.packages;
    other[0].package.sha256 = sha256("other");
    CHECK_FAILS(Code::untrusted, "origin not proven: ", subject->source().prove(builder.workshop(), other, lists));
    for (const auto& entry : fs::directory_iterator(lists)) {
        auto bytes = files::read(entry.path(), 1'000'000);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        files::write(entry.path(), "x" + bytes, 0644, files::Durability::scratch);
    }
    CHECK_FAILS(Code::untrusted,
                "origin not proven: ", subject->source().prove(builder.workshop(), choice.packages, lists));
    fs::remove_all(lists);
    fs::create_directory(lists);
    CHECK_FAILS(Code::untrusted,
                "origin not proven: ", subject->source().prove(builder.workshop(), choice.packages, lists));
}
