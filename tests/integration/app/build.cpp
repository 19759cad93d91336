// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/build.hpp"

#include "adapters/apt/apt_source.hpp"
#include "adapters/erofs/volume_store.hpp"
#include "adapters/ostree/content_store.hpp"
#include "adapters/ostree/served/archive.hpp"
#include "adapters/sqlite/database.hpp"
#include "adapters/zstd/packing.hpp"
#include "app/scratch.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/owners.hpp"
#include "support/expect.hpp"
#include "support/fake_apt.hpp"
#include "support/fake_hypervisor.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>

using namespace qpkg;
namespace fs = std::filesystem;

namespace {

class FixedClock final : public Clock {
public:
    std::int64_t now() const override { return 1'800'000'000; }
};

constexpr std::array sources{
    PackageSourceRow{"deb", []() -> std::unique_ptr<PackageSource> { return std::make_unique<apt::AptSource>(); }}};

/// A state directory with base debian-12, and a package manager that knows "hello".
struct Fixture {
    files::TemporaryDirectory directory{"/var/tmp"};
    fs::path root = directory.path() / "root";
    fs::path out = directory.path() / "out";
    bool made = fs::create_directories(root) && fs::create_directories(directory.path() / "base/etc") &&
                fs::create_directories(directory.path() / "base/var/lib/dpkg");
    sqlite::Database database{root / "state.db"};
    ostree::OstreeContentStore content{root / "objects"};
    erofs::ErofsVolumeStore volumes{root / "volumes", content};
    testing::FakeHypervisor hypervisor;
    testing::FakeApt apt{directory.path() / "base"};
    FixedClock clock;
    NoProgress progress;
    app::World world{root,
                     database,
                     database,
                     content,
                     volumes,
                     hypervisor,
                     hypervisor,
                     apt,
                     clock,
                     progress,
                     {},
                     [](const fs::path& place) { return std::make_unique<ostree::OstreeContentStore>(place); },
                     [](ContentStore& store, const fs::path& place) {
                         return std::make_unique<erofs::ErofsVolumeStore>(place, store);
                     },
                     {},
                     {},
                     [](const fs::path& place) { return std::make_unique<ostree::Archive>(place); }};
    Base base{.id = BaseId::require("debian-12"),
              .commit =
                  content.commit_tree({directory.path() / "base", "base/debian-12", "base", 0, {}}, progress).commit,
              .volume = VolumeId(sha256("volume")),
              .volume_size = 0,
              .level = 1,
              .created = 0,
              .packages = {},
              .number = 1};

    Fixture()
    {
        const auto details = encode_details({});
        content.add_details(details);
        base.details = sha256(details);
        world.package_sources = sources;
        world.pack_file = zstd::pack;
        const Change change = SetBase{base};
        database.commit({&change, 1});
    }

    app::BuildReport build(const std::string& from, const fs::path& lock = {})
    {
        return app::build_module(world, {.from = from, .base = "debian-12", .out = out, .lock = lock});
    }

    fs::path recipe(const std::string& more, const std::string& base_id = "debian-12")
    {
        const auto path = directory.path() / "module.toml";
        files::write(path,
                     "[app]\nid = \"org.example.hello\"\nbase = \"" + base_id +
                         "\"\n[source]\ntype = \"packages\"\npackages = [\"hello\"]\n" + more,
                     0644, files::Durability::scratch);
        return path;
    }

    bool left_nothing() const
    {
        return (!fs::exists(out) || fs::is_empty(out)) && (!fs::exists(root / "build") || fs::is_empty(root / "build"));
    }
};

} // namespace

TEST_CASE("a package is built into a directory that can be published")
{
    Fixture fixture;

    const auto report = fixture.build("deb:hello");

    const auto result = fixture.out / "org.debian.hello";
    CHECK(report.directory == result);
    CHECK(parse_manifest(files::read(result / "manifest.json", largest_manifest)) == report.release);
    CHECK(report.release.version == "1.0");
    CHECK(report.release.summary == "says hello");
    CHECK(report.release.inputs.source_date_epoch == 1'700'000'000);
    CHECK(report.release.exports == std::vector<Export>{{ExportKind::command, "hello", "/usr/bin/hello"}});
    CHECK(report.packages == 1);
    CHECK(report.findings.at(0).rule == "setuid");
    CHECK(sha256(files::read(result / "module.lock", 4096)) == report.release.inputs.lock);
    CHECK(sha256(files::read(result / "module.toml", 4096)) == report.release.inputs.recipe);
    CHECK(fs::exists(result / "ostree/refs/heads/app/org.debian.hello"));
    CHECK(fs::is_empty(fixture.root / "build"));
}

TEST_CASE("a build writes what the module is made of, and whose its files are")
{
    Fixture fixture;

    const auto report = fixture.build("deb:hello");

    const auto read = [&](const char* file, const PinnedFile& named) {
        const auto packed = files::read(report.directory / file, named.packed_size);
        CHECK(sha256(packed) == named.packed_sha256);
        auto raw = zstd::unpack(packed, named.size);
        CHECK(sha256(raw) == named.sha256);
        return raw;
    };
    const auto details = parse_details(read(packed_details_file, report.release.details));
    REQUIRE(details.packages.size() == 1);
    CHECK(known_packages(details) ==
          std::vector<Package>{{"hello", "1.0", "amd64", sha256(testing::FakeApt::package_file())}});
    CHECK(details.packages[0].source == "hello");
    CHECK(details.generated.empty());
    std::vector<Owner> owners;
    read_owners(read(packed_owners_file, report.release.owners),
                {.owner = [&](const Owner& owner) { owners.push_back(owner); }});
    CHECK(owners == std::vector<Owner>{{"/usr/bin/hello", "hello"}});
}

TEST_CASE("a whole view is made with the root of a base, without what qpkg gave that, and names its packages")
{
    Fixture fixture;
    const auto guest = fixture.directory.path() / "guest";
    for (const auto& tree : {guest, fixture.directory.path() / "base"}) {
        fs::create_directories(tree / "etc");
        files::write(tree / "etc/of-qpkg", "x", 0644, files::Durability::scratch);
    }
    files::write(fixture.directory.path() / "base/etc/of-base", "x", 0644, files::Durability::scratch);
    fixture.world.guest_files = guest;
    fixture.base.packages = {{"hello", "0.9", "amd64", sha256("old")}, {"libc", "2", "amd64", sha256("libc")}};
    const Change change = SetBase{fixture.base};
    fixture.database.commit({&change, 1});
    const auto path = fixture.directory.path() / "whole.toml";
    files::write(path,
                 "[app]\nid = \"org.example.hello\"\nview = \"whole\"\n[source]\ntype = \"packages\"\n"
                 "root = \"debian-12\"\npackages = [\"hello\"]\n[test]\nrun = [\"true\"]\n",
                 0644, files::Durability::scratch);
    const auto build = [&](const fs::path& lock) {
        return app::build_module(fixture.world, {.from = path, .base = {}, .out = fixture.out, .lock = lock});
    };

    const auto plan = app::plan_build(fixture.world, {.from = path, .base = {}, .out = fixture.out, .lock = {}});
    CHECK(plan.base.is_none());
    CHECK(plan.root == fixture.base.id);
    const auto report = build({});
    const auto& release = report.release;
    CHECK(release.base.is_none());
    CHECK(release.inputs.base == fixture.base.commit);
    CHECK(parse_manifest(files::read(report.directory / "manifest.json", largest_manifest)) == release);
    CHECK(release.limits == std::vector<Limit>{{"/usr/bin/hello", Right::setuid}});
    CHECK(report.packages == 2); // of two versions of a package the new one

    const auto packed = files::read(report.directory / packed_details_file, release.details.packed_size);
    const auto raw = zstd::unpack(packed, release.details.size);
    CHECK(raw.find("libc\t2\t") != std::string::npos);
    CHECK(raw.find("hello\t1.0\t") != std::string::npos);
    CHECK(raw.find("\t0.9\t") == std::string::npos);
    const auto owners = zstd::unpack(files::read(report.directory / packed_owners_file, release.owners.packed_size),
                                     release.owners.size);
    CHECK(owners.find("/usr/bin/hello") != std::string::npos);
    CHECK(raw.find("/etc/of-base") != std::string::npos); // of no package
    CHECK(raw.find("/etc/of-qpkg") == std::string::npos);

    const auto again = build(report.directory / "module.lock");
    CHECK(again.release == release);

    const auto tells_of_packages = [](const app::BuildReport& one) {
        return std::ranges::find(one.findings, std::string("packages"), &build::Finding::rule) != one.findings.end();
    };
    CHECK_FALSE(tells_of_packages(again));
    fixture.base.packages.clear(); // as of one that was imported
    const Change imported = SetBase{fixture.base};
    fixture.database.commit({&imported, 1});
    CHECK(tells_of_packages(build({})));
    CHECK(fs::is_empty(fixture.root / "build"));
}

TEST_CASE("a package that the base has in another version is refused before it is installed")
{
    Fixture fixture;
    files::write(fixture.directory.path() / "base/var/lib/dpkg/status", "Package: hello\nVersion: 0.9\n");
    fs::create_directories(fixture.directory.path() / "base/var/lib/dpkg/info");
    files::write(fixture.directory.path() / "base/var/lib/dpkg/info/hello.list", "/usr/bin/hello\n");

    CHECK_FAILS(Code::conflict, "the archive is newer than the base: hello 1.0 needed, 0.9 there",
                fixture.build("deb:hello"));
    CHECK(fixture.apt.installations == 0);
    CHECK(fixture.left_nothing());
}

TEST_CASE("a build from the lock file gives the same commit and volume, and replaces the result before it")
{
    Fixture fixture;
    const auto first = fixture.build("deb:hello");
    fs::copy_file(first.directory / "module.lock", fixture.directory.path() / "lock");
    fixture.apt.is_reachable = false;

    const auto second = fixture.build("deb:hello", fixture.directory.path() / "lock");

    CHECK(fixture.apt.installations == 2);
    CHECK(second.release == first.release);
    CHECK(std::distance(fs::directory_iterator(fixture.out), fs::directory_iterator()) == 1);
}

TEST_CASE("a package that cannot be had any more is named, and nothing is left")
{
    Fixture fixture;
    fs::rename(fixture.build("deb:hello").directory / "module.lock", fixture.directory.path() / "lock");
    fs::remove_all(fixture.root / "cache");
    fs::remove_all(fixture.out);
    fixture.apt.has_package_file = false;

    CHECK_FAILS(Code::not_found,
                "package hello 1.0 (amd64) can no longer be had from http://mirror/hello_1.0_amd64.deb",
                fixture.build("deb:hello", fixture.directory.path() / "lock"));
    CHECK(fixture.left_nothing());
}

TEST_CASE("what cannot be built says why, with the right code, and leaves nothing")
{
    Fixture fixture;

    const auto unknown = testing::failure_of([&] { fixture.build("deb:helo"); });
    REQUIRE(unknown.has_value());
    CHECK(unknown->code == Code::not_found);
    CHECK(unknown->hint == "did you mean hello?");
    CHECK_FAILS(Code::usage, "is not the name of a Debian package", fixture.build("deb:a b"));
    CHECK_FAILS(Code::not_found, "no/such/recipe", fixture.build("no/such/recipe"));
    CHECK_FAILS(Code::conflict, "is a recipe for base fedora-40",
                fixture.build(fixture.recipe("", "fedora-40").string()));
    CHECK_FAILS(Code::failed, "test \"false\" ended with 1; its last words: no such luck",
                fixture.build(fixture.recipe("[test]\nrun = [\"true\", \"false\"]\n").string()));
    CHECK_FAILS(Code::not_found, "the module has no command \"helo\"",
                fixture.build(fixture.recipe("[exports]\ncommands = [\"helo\"]\n").string()));
    fixture.apt.is_reachable = false;
    CHECK_FAILS(Code::failed, "refresh the package lists", fixture.build("deb:hello"));
    CHECK(fixture.left_nothing());
}

TEST_CASE("a base that is not here is said with how to make it")
{
    Fixture fixture;

    const auto failure = testing::failure_of([&] {
        app::build_module(fixture.world, {.from = "deb:hello", .base = "debian-13", .out = fixture.out, .lock = {}});
    });

    REQUIRE(failure.has_value());
    CHECK(failure->code == Code::not_found);
    CHECK(failure->hint == "make it: qpkg base build debian-13, or use debian-12");
}

TEST_CASE("a lock file made on another base is refused, naming both")
{
    Fixture fixture;
    const auto lock = fixture.build("deb:hello").directory / "module.lock";
    const auto before = fixture.base.commit.hex();
    fixture.base.commit = CommitId(sha256("another build of the base"));
    const Change change = SetBase{fixture.base};
    fixture.database.commit({&change, 1});

    CHECK_FAILS(Code::conflict, before + ", here is debian-12 " + fixture.base.commit.hex(),
                fixture.build("deb:hello", lock));
}

TEST_CASE("a package file that is not what the signed lists name is refused, and not kept")
{
    Fixture fixture;
    fixture.apt.signed_sha256 = sha256("the real one").hex();

    CHECK_FAILS(Code::corrupt, "hello_1.0_amd64.deb is not what the signed package list names",
                fixture.build("deb:hello"));
    CHECK_FALSE(fs::exists(fixture.root / "cache/debian-12/apt/archives/hello_1.0_amd64.deb"));
}

TEST_CASE("a build that fails leaves the result of the one before")
{
    Fixture fixture;
    const auto manifest = fixture.build(fixture.recipe("").string()).directory / "manifest.json";
    const auto before = files::read(manifest, largest_manifest);

    CHECK_FAILS(Code::failed, "test \"false\"", fixture.build(fixture.recipe("[test]\nrun = [\"false\"]\n").string()));

    CHECK(files::read(manifest, largest_manifest) == before);
}

TEST_CASE("a build removes what killed builds left, and not what belongs to a running one")
{
    const files::TemporaryDirectory root("/var/tmp");
    const pid_t killed = ::fork();
    REQUIRE(killed >= 0);
    if (killed == 0) {
        const app::Scratch scratch(root.path());
        ::_exit(0); // without destructors, like a killed process
    }
    ::waitpid(killed, nullptr, 0);
    REQUIRE_FALSE(fs::is_empty(root.path()));

    const app::Scratch running(root.path());
    const app::Scratch another(root.path());

    CHECK(fs::exists(running.path()));
    CHECK(std::distance(fs::directory_iterator(root.path()), fs::directory_iterator()) == 2);
}
