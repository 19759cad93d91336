// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pipeline decides, and how it works at several things at once.
#include "app/pipeline/at_once.hpp"
#include "app/pipeline/build_cache.hpp"
#include "app/pipeline/jobs.hpp"
#include "app/pipeline/listed.hpp"
#include "app/pipeline/recipes.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"
#include "support/trees.hpp"

#include "qpkg/core/files.hpp"

#include <atomic>
#include <latch>

using namespace qpkg;
using namespace qpkg::app;

namespace {

namespace fs = std::filesystem;

const std::string recipe = "a recipe";
const CommitId base(sha256("base"));

Package package(const std::string& name, const std::string& version)
{
    return {name, version, "amd64", sha256(name + version)};
}

Listed listed_of(const std::vector<Package>& packages)
{
    Listed listed{testing::a_release(), build::Lock{BaseId::require("debian-12"), base, 1, {}}};
    for (const auto& one : packages) {
        listed.lock->packages.push_back({one, 1, "http://a/x.deb"});
    }
    listed.release.inputs.recipe = sha256(recipe);
    listed.release.inputs.base = base;
    return listed;
}

} // namespace

TEST_CASE("a recipe is built when the repository lists nothing, or something made of other things")
{
    const auto listed = listed_of({package("a", "1")});
    const std::vector<OfferedPackage> same{{package("a", "1"), 1}};

    CHECK(reasons_to_build(std::nullopt, recipe, "", same).is_new);
    CHECK_FALSE(reasons_to_build(listed, recipe, "", same).is_any());
    CHECK(reasons_to_build(listed, "another", "", same).has_other_recipe);
    CHECK(reasons_to_build(listed, recipe, "it asks for more", same).is_any());
    const auto moved = reasons_to_build(listed, recipe, "", std::vector<OfferedPackage>{{package("a", "2"), 1}});
    CHECK(moved.moved == std::vector<build::MovedPackage>{{"a", "1", "2", false}});
    auto without_lock = listed;
    without_lock.lock = std::nullopt;
    CHECK(reasons_to_build(without_lock, recipe, "", same).has_other_recipe);
}

TEST_CASE("a key names what a build is made of, in whatever order")
{
    const auto key = build_key(recipe, base, {package("a", "1"), package("b", "1")});

    CHECK(key == build_key(recipe, base, {package("b", "1"), package("a", "1")}));
    CHECK(key != build_key("another", base, {package("a", "1"), package("b", "1")}));
    CHECK(key != build_key(recipe, CommitId(sha256("other")), {package("a", "1"), package("b", "1")}));
    CHECK(key != build_key(recipe, base, {package("a", "1"), package("b", "2")}));
    CHECK(key != build_key(recipe, base, {package("a", "1")}));
}

TEST_CASE("a result is found under what it was made of indeed, and others go")
{
    const files::TemporaryDirectory place("/tmp");
    const BuildCache cache(place.path());
    const auto app = AppId::require("org.example.hello");
    const auto planned = build_key(recipe, base, {package("a", "1")});
    const auto made = build_key(recipe, base, {package("a", "2")});
    const auto write = [&](const std::string& name, const std::string& bytes) {
        files::make_directories(cache.place(planned) / app.text());
        files::write(cache.place(planned) / app.text() / name, bytes);
    };
    write("module.toml", recipe);
    write("module.lock", build::encode_lock(*listed_of({package("a", "2")}).lock));
    CHECK_FALSE(cache.find(planned, app).has_value());
    write("manifest.json", "");

    CHECK(cache.settle(planned, app) == made);

    CHECK_FALSE(cache.find(planned, app).has_value());
    REQUIRE(cache.find(made, app).has_value());
    CHECK(cache.settle(made, app) == made);
    cache.keep_only({planned});
    CHECK_FALSE(cache.find(made, app).has_value());
}

TEST_CASE("work is done at once, each has its own failure, and no more than so many are begun")
{
    std::latch both(2);
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;

    const auto failures = do_at_once(2, 5, [&](std::size_t i) {
        most = std::max(most.load(), ++running);
        if (i < 2) {
            both.arrive_and_wait(); // comes back only when two work at the same time
        }
        --running;
        if (i == 3) {
            throw Error(Code::failed, "the fourth");
        }
    });

    CHECK(most <= 2);
    REQUIRE(failures.size() == 5);
    for (std::size_t i = 0; i < failures.size(); ++i) {
        CHECK(failures[i].has_value() == (i == 3));
    }
    CHECK(do_at_once(4, 0, [](std::size_t) {}).empty());
}

TEST_CASE("recipes are what is named, and what lies below folders")
{
    const files::TemporaryDirectory place("/tmp");
    const auto write = [&](const fs::path& path) {
        files::make_directories((place.path() / path).parent_path());
        files::write(place.path() / path, "");
        return place.path() / path;
    };
    const auto base_file = write("bases/one/base.toml");
    const auto module_file = write("apps/deep/down/module.toml");
    const auto other = write("apps/other.toml");
    write("apps/.runner/builds/module.toml");

    const auto found = find_recipes({place.path(), other});

    CHECK(found.bases == std::vector<fs::path>{base_file});
    CHECK(found.modules == std::vector<fs::path>{module_file, other});
    CHECK_FAILS(Code::not_found, "no recipe", find_recipes({place.path() / "nothing"}));
    files::make_directories(place.path() / "empty");
    CHECK_FAILS(Code::usage, "there is no module.toml", find_recipes({place.path() / "empty"}));
}

TEST_CASE("two recipes of one app for one base are found before anything is built")
{
    const auto job = [](const char* file, const char* name, const char* over) {
        return PipelineJob{.kind = PipelineJob::Kind::module, .recipe = file, .name = name, .base = over};
    };

    CHECK_NOTHROW(require_distinct({job("a", "org.example.one", "debian-12"), job("b", "org.example.one", "debian-13"),
                                    job("c", "", ""), job("d", "", "")}));
    CHECK_FAILS(Code::conflict, "a and b both make org.example.one for debian-12",
                require_distinct({job("a", "org.example.one", "debian-12"), job("b", "org.example.one", "debian-12")}));
}
