// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/fit.hpp"

#include "support/expect.hpp"
#include "support/releases.hpp"

#include <algorithm>

using namespace qpkg;
using plan::Misfit;
using Rule = plan::Misfit::Rule;

namespace {

Details::BuiltPackage package(const std::string& name, const std::string& version)
{
    return {name, version, "amd64", sha256(name + version), name, version};
}

Details a_base()
{
    return {.packages = {package("libc6", "2.36-9"), package("libssl3", "3.0.9-1"), package("perl-base", "5.36.0-7")},
            .given = {{"libc.so.6", ""},
                      {"libc.so.6", "GLIBC_2.36"},
                      {"libssl.so.3", ""},
                      {"libssl.so.3", "OPENSSL_3.0.0"}},
            .provided = {{"libssl3", "ssl-provider", ""}, {"perl-base", "perl-api", "5.36"}},
            .files = {{"/etc/ld.so.cache", sha256("loader's cache")}, {"/etc/pam.d/common", sha256("pam")}}};
}

/// Asks for something of each kind, all of which `a_base` has.
Details a_module()
{
    return {.packages = {package("hello", "1.0")},
            .needs = {{"hello", {{"libc6", Bound::at_least, "2.36"}}},
                      {"hello", {{"perl-base", Bound::exactly, "5.36.0-7"}}},
                      {"hello", {{"perl-api", Bound::exactly, "5.36"}}},
                      {"hello", {{"ssl-provider"}}}},
            .breaks = {{"hello", {"libc6", Bound::less, "2.30"}}, {"hello", {"libssl3", Bound::exactly, "3.0.11-1"}}},
            .given = {{"libhello.so.1", ""}},
            .taken = {{"libc.so.6", ""}, {"libc.so.6", "GLIBC_2.36"}, {"libhello.so.1", ""}, {"libssl.so.3", ""}},
            .lacked = {{"libjvm.so", ""}, {"libjvm.so", "SUNWprivate_1.1"}},
            .shadowed = {{"/etc/pam.d/common", sha256("pam")}},
            .generated = {{"/usr/share/cache", std::nullopt}}};
}

plan::BaseToFit newer(const Details& details)
{
    const auto release = testing::a_release();
    return {*release.base.base(), release.base_level, CommitId(sha256("a newer base")), details};
}

std::vector<Misfit> misfits_on(const Details& base)
{
    return plan::misfits(testing::a_release(), a_module(), newer(base));
}

/// The base of `a_base` after a change.
template <class Change>
std::vector<Misfit> after(Change&& change)
{
    auto base = a_base();
    change(base);
    return misfits_on(base);
}

} // namespace

TEST_CASE("a module fits a base that gives all that it takes") { CHECK(misfits_on(a_base()).empty()); }

TEST_CASE("what a newer base has besides hinders nothing")
{
    CHECK(after([](Details& base) {
              base.packages[0] = package("libc6", "2.36-9+deb12u9");
              base.packages.push_back(package("zlib1g", "1.2"));
              base.given.push_back({"libz.so.1", ""});
              base.files.push_back({"/usr/lib/libz.so.1", sha256("z")});
          }).empty());
}

TEST_CASE("a relation to exactly one version finds that version")
{
    CHECK(after([](Details& base) { base.packages[2] = package("perl-base", "5.36.0-9"); }) ==
          std::vector<Misfit>{{Rule::relation, "perl-base", "= 5.36.0-7 by hello", "5.36.0-9"}});
    CHECK(after([](Details& base) { base.provided[1].version = "5.38"; }) ==
          std::vector<Misfit>{{Rule::relation, "perl-api", "= 5.36 by hello", "5.38"}});
    CHECK(after([](Details& base) { base.provided[1].version = ""; }) ==
          std::vector<Misfit>{{Rule::relation, "perl-api", "= 5.36 by hello", "one without a version"}});
}

TEST_CASE("a relation with another bound, or with none, finds the name")
{
    CHECK(after([](Details& base) { base.packages.erase(base.packages.begin()); }) ==
          std::vector<Misfit>{{Rule::relation, "libc6", ">= 2.36 by hello", "nothing"}});
    CHECK(after([](Details& base) { base.provided.erase(base.provided.begin()); }) ==
          std::vector<Misfit>{{Rule::relation, "ssl-provider", "any version by hello", "nothing"}});
}

TEST_CASE("of several that would do one is enough")
{
    auto module = a_module();
    module.needs = {{"hello", {{"gone"}, {"libc6"}}}};
    CHECK(plan::misfits(testing::a_release(), module, newer(a_base())).empty());

    module.needs = {{"hello", {{"gone"}, {"libc6", Bound::exactly, "1"}}}};
    CHECK(plan::misfits(testing::a_release(), module, newer(a_base())).size() == 1);
}

TEST_CASE("a version that a package does not stand is a misfit, a bound that was met when it was built is none")
{
    CHECK(after([](Details& base) { base.packages[1] = package("libssl3", "3.0.11-1"); }) ==
          std::vector<Misfit>{{Rule::relation, "libssl3", "not 3.0.11-1 by hello", "3.0.11-1"}});
}

TEST_CASE("a library that is gone is told once, with all its versions of symbols")
{
    CHECK(after([](Details& base) { base.given.erase(base.given.begin(), base.given.begin() + 2); }) ==
          std::vector<Misfit>{{Rule::library, "libc.so.6", "the library", "nothing"}});
}

TEST_CASE("a version of symbols that is gone is told with those that are there")
{
    CHECK(after([](Details& base) { base.given[1].version = "GLIBC_2.37"; }) ==
          std::vector<Misfit>{{Rule::library, "libc.so.6", "GLIBC_2.36", "GLIBC_2.37"}});
}

TEST_CASE("what a module gives itself, or nobody gave when it was built, no base has to give")
{
    auto module = a_module();
    module.given.clear();

    CHECK(plan::misfits(testing::a_release(), module, newer(a_base())) ==
          std::vector<Misfit>{{Rule::library, "libhello.so.1", "the library", "nothing"}});
}

TEST_CASE("a path that a module hides is the file that it knows")
{
    CHECK(after([](Details& base) { base.files[1].object = sha256("newer pam"); }) ==
          std::vector<Misfit>{{Rule::path, "/etc/pam.d/common", "the file it was built over", "another file"}});
    CHECK(after([](Details& base) { base.files.pop_back(); }) ==
          std::vector<Misfit>{{Rule::path, "/etc/pam.d/common", "the file it was built over", "nothing"}});
}

TEST_CASE("a path that scripts made where the base had nothing hides nothing of a newer one")
{
    CHECK(after([](Details& base) {
              base.files.push_back({"/usr/share/cache", sha256("of the base")});
          }) == std::vector<Misfit>{{Rule::path, "/usr/share/cache", "nothing", "a file"}});
}

TEST_CASE("the loader's cache names versions of the C library and is no misfit")
{
    auto module = a_module();
    module.generated = {{"/etc/ld.so.cache", sha256("another cache")}, {"/etc/ld.so.cache.d", sha256("other")}};

    const auto found = plan::misfits(testing::a_release(), module, newer(a_base()));

    REQUIRE(found.size() == 1);
    CHECK(found.front().what == "/etc/ld.so.cache.d");
}

TEST_CASE("documentation that a module hides is no misfit")
{
    auto module = a_module();
    module.shadowed = {{"/usr/share/doc/hello/copyright", sha256("copyright")}, {"/usr/share/docs", sha256("docs")}};
    module.generated = {{"/usr/share/info/dir", sha256("dir")}, {"/usr/share/man/man1/x.1", sha256("x")}};

    const auto found = plan::misfits(testing::a_release(), module, newer(a_base()));

    REQUIRE(found.size() == 1);
    CHECK(found.front().what == "/usr/share/docs");
}

TEST_CASE("a package that both have is the same to the last byte")
{
    CHECK(after([](Details& base) { base.packages.push_back(package("hello", "1.0")); }).empty());
    CHECK(after([](Details& base) { base.packages.push_back(package("hello", "1.1")); }) ==
          std::vector<Misfit>{{Rule::package, "hello", "1.0", "1.1"}});

    const auto rebuilt = [](Details& base) {
        base.packages.push_back(package("hello", "1.0"));
        base.packages.back().file = sha256("another file");
    };
    CHECK(after(rebuilt) == std::vector<Misfit>{{Rule::package, "hello", "1.0", "1.0, another file"}});

    const auto of_unknown_file = [](const char* version) {
        return [version](Details& base) {
            base.packages.push_back(package("hello", version));
            base.packages.back().file.reset();
        };
    };
    CHECK(after(of_unknown_file("1.0")).empty());
    CHECK(after(of_unknown_file("1.1")) == std::vector<Misfit>{{Rule::package, "hello", "1.0", "1.1"}});

    const auto foreign = [](Details& base) {
        base.packages.push_back(package("hello", "1.1"));
        base.packages.back().arch = "i386";
    };
    CHECK(after(foreign).empty());
}

TEST_CASE("a base names releases of an app that do not work on it, up to a sequence")
{
    const auto excluding = [](const char* app, std::uint64_t highest) {
        return [=](Details& base) { base.excluded = {{AppId::require(app), highest, "its window stays empty"}}; };
    };

    CHECK(after(excluding("org.example.hello", 1)) ==
          std::vector<Misfit>{{Rule::excluded, "debian-12", "a release of org.example.hello after 1",
                               "release 1: its window stays empty"}});
    CHECK(after(excluding("org.example.hello", 0)).empty());
    CHECK(after(excluding("org.example.other", 1)).empty());
}

TEST_CASE("a module fits the base that it was built on, whatever is told of either, unless that excludes it")
{
    auto release = testing::a_release();
    const Details empty;
    const auto fits = [&](std::uint64_t level, const Details& given) {
        const plan::BaseToFit base{*release.base.base(), level, *release.inputs.base, given};
        return plan::misfits(release, a_module(), base).empty();
    };
    CHECK(fits(release.base_level, empty));
    CHECK(fits(7, empty));
    CHECK_FALSE(fits(release.base_level, {.excluded = {{release.app, 1, "why"}}}));
}

TEST_CASE("a module that brings its own root fits every base")
{
    auto release = testing::a_release();
    release.base = BaseOrNone::none();
    release.inputs.base = std::nullopt;
    const Details empty;
    CHECK(plan::misfits(release, a_module(), newer(empty)).empty());
}

TEST_CASE("across levels a module fits only a base that it was built on")
{
    const auto details = a_base();
    auto of_next_level = newer(details);
    of_next_level.level = 2;

    CHECK(plan::misfits(testing::a_release(), a_module(), of_next_level) ==
          std::vector<Misfit>{{Rule::level, "debian-12", "level 1", "level 2"}});
}

TEST_CASE("a module fits no base of another id, and nothing else is looked at")
{
    const auto details = a_base();
    const plan::BaseToFit other{BaseId::require("debian-13"), 1, CommitId(sha256("base")), details};

    CHECK(plan::misfits(testing::a_release(), a_module(), other) ==
          std::vector<Misfit>{{Rule::base, "debian-13", "debian-12", "debian-13"}});
}

TEST_CASE("all that does not fit is told, in one order")
{
    const auto found = misfits_on({.packages = {package("hello", "2.0")}});

    CHECK(found.size() == 8);
    CHECK(std::ranges::is_sorted(found));
    CHECK(found.front().rule == Rule::package);
    CHECK(found.back().rule == Rule::path);
}

TEST_CASE("a misfit in words names what is needed and what is there")
{
    CHECK(plan::in_words({Rule::library, "libssl.so.3", "OPENSSL_3.2.0", "OPENSSL_3.0.0"}) ==
          "libssl.so.3: OPENSSL_3.2.0 needed, there is OPENSSL_3.0.0");
    CHECK(plan::in_words({Rule::path, "/etc/a", "nothing", "a file"}) == "/etc/a: nothing expected, there is a file");
}
