// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_details.hpp"

#include "support/expect.hpp"
#include "support/paths.hpp"
#include "support/trees.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const std::vector<InstalledPackage> base{{.name = "libc6", .version = "2.36"},
                                         {.name = "mawk", .version = "1.3", .provides = {{"awk"}}},
                                         {.name = "perl-base", .version = "5.36", .provides = {{"perl-api"}}}};

std::vector<Details::BaseNeed> needs_of(const std::vector<InstalledPackage>& installed)
{
    return build::base_relations(installed, base).needs;
}

Digest object(const std::string& path) { return sha256("object of " + path); }

/// A base that has these paths.
build::ObjectOfBase having(std::set<std::string> paths)
{
    return [paths = std::move(paths)](const std::string& path) {
        return paths.contains(path) ? std::optional(object(path)) : std::nullopt;
    };
}

} // namespace

TEST_CASE("what a package needs of the base is told with its bound, what the module has itself is not")
{
    const std::vector<InstalledPackage> installed{
        {.name = "hello",
         .needs = {{{"libc6", Bound::at_least, "2.36"}}, {{"libhello"}}, {{"hello-data"}}, {{"gone"}, {"awk"}}}},
        {.name = "libhello", .provides = {{"hello-data"}}}};

    CHECK(needs_of(installed) ==
          std::vector<Details::BaseNeed>{{"hello", {{"awk"}}}, {"hello", {{"libc6", Bound::at_least, "2.36"}}}});
}

TEST_CASE("of several that would do, those that the base has are told, and none where the module has one")
{
    CHECK(needs_of({{.name = "a", .needs = {{{"libc6"}, {"x"}, {"mawk"}}}}}) ==
          std::vector<Details::BaseNeed>{{"a", {{"libc6"}, {"mawk"}}}});
    CHECK(needs_of({{.name = "a", .needs = {{{"libc6"}, {"b"}}}}, {.name = "b"}}).empty());
}

TEST_CASE("a package of the base whose record was written again came with no module")
{
    CHECK(needs_of({{.name = "mawk", .version = "1.3", .needs = {{{"libc6"}}}}}).empty());
}

TEST_CASE("what a package does not stand is told where the base has it")
{
    const std::vector<InstalledPackage> installed{
        {.name = "hello", .breaks = {{"libc6", Bound::less, "2.30"}, {"perl-api"}, {"nobody"}}}};

    CHECK(build::base_relations(installed, base).breaks ==
          std::vector<Details::BaseBreak>{{"hello", {"libc6", Bound::less, "2.30"}}, {"hello", {"perl-api"}}});
}

TEST_CASE("packages are told with their source, which is their own name where nobody knows it")
{
    const std::vector<Package> chosen{{"b", "2", "all", sha256("b")}, {"a", "1+b1", "amd64", sha256("a")}};

    CHECK(build::built_packages(
              chosen,
              std::vector<InstalledPackage>{{.name = "a", .version = "1+b1", .source = "s", .source_version = "1"}}) ==
          std::vector<Details::BuiltPackage>{{"a", "1+b1", "amd64", sha256("a"), "s", "1"},
                                             {"b", "2", "all", sha256("b"), "b", "2"}});
}

TEST_CASE("each path has its owner, or was generated, and says what of the base it shadows")
{
    const auto directory = scratch();
    TreeMaker tree(directory.path() / "tree");
    tree.file("usr/bin/hello", "x").file("usr/bin/sh", "x").file("usr/share/cache", "x").file("etc/ld.so.cache", "x");
    tree.file("usr/share/man/man1/hello.1", "plain").link("usr/bin/link", "hello");
    build::PackageFiles packages;
    packages.owners = {{"/usr/bin/hello", "hello"},
                       {"/usr/bin/link", "hello"},
                       {"/usr/bin/sh", "shell"},
                       {"/usr/bin/not-kept", "hello"},
                       {"/usr/share/man/man1/hello.1.gz", "hello"}};

    const auto tables = build::describe_tree(ForeignTree(tree.root()), packages,
                                             having({"/usr/bin/sh", "/etc/ld.so.cache", "/usr/bin/other"}));

    CHECK(tables.owners == std::vector<Owner>{{"/usr/bin/hello", "hello"},
                                              {"/usr/bin/link", "hello"},
                                              {"/usr/bin/sh", "shell"},
                                              {"/usr/share/man/man1/hello.1", "hello"}});
    CHECK(tables.details.shadowed == std::vector<Details::MadePath>{{"/usr/bin/sh", object("/usr/bin/sh")}});
    CHECK(tables.details.generated == std::vector<Details::MadePath>{{"/etc/ld.so.cache", object("/etc/ld.so.cache")},
                                                                     {"/usr/share/cache", std::nullopt}});
    CHECK(tables.findings.empty());
}

TEST_CASE("libraries of a tree are told once each, and one that is damaged is a finding")
{
    const auto library = files::read(source_directory() / "tests/fuzz/corpus/elf/library", 10'000);
    const auto directory = scratch();
    TreeMaker tree(directory.path() / "tree");
    tree.file("usr/lib/libhello.so.1", library).file("usr/lib/copy.so", library).file("usr/lib/empty", "");
    tree.file("usr/lib/half.so", library.substr(0, 1000));

    const auto tables = build::describe_tree(ForeignTree(tree.root()), {}, having({}));

    CHECK(tables.details.given.size() == 3);
    CHECK(tables.details.given.front() == Details::Library{"libhello.so.1", ""});
    CHECK(tables.details.taken == std::vector<Details::Library>{{"libc.so.6", ""}, {"libc.so.6", "GLIBC_2.2.5"}});
    REQUIRE(tables.findings.size() == 1);
    CHECK(tables.findings.front().path == "/usr/lib/half.so");
    CHECK(tables.findings.front().rule == "elf");
}

TEST_CASE("the object of a path is found in a base's tree, of files and links alone")
{
    using Entry = ModuleTree::Entry;
    const ModuleTree tree{{{sha256("a"), 1, NodeKind::file, 0644}, {sha256("b"), 1, NodeKind::symlink, 0777}},
                          {{1, 0}, {0, 0}}, // the tree's order is not that of the objects
                          {{0755, 0, {Entry{"etc", NodeKind::directory, 1}, Entry{"lib", NodeKind::symlink, 0}}},
                           {0755, 0, {Entry{"passwd", NodeKind::file, 1}}}}};
    const auto object_at = build::objects_in(tree);

    CHECK(object_at("/etc/passwd") == sha256("a"));
    CHECK(object_at("/lib") == sha256("b"));
    CHECK_FALSE(object_at("/etc").has_value());
    CHECK_FALSE(object_at("/etc/shadow").has_value());
    CHECK_FALSE(object_at("/etc/passwd/x").has_value());
    CHECK_FALSE(object_at("/lib/x").has_value());
}
