// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/base_details.hpp"

#include "support/expect.hpp"
#include "support/paths.hpp"
#include "support/trees.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

constexpr const char* accounts_of_base =
    "root:x:0:0:root:/root:/bin/sh\nmail:x:8:8::/:/bin/false\nodd:x:x:1::/:/bin/sh\n";

/// Object ids are those of the names of the files.
qpkg::ModuleTree committed()
{
    const auto object = [](const std::string& name) {
        return qpkg::ModuleTree::Object{sha256(name), 1, NodeKind::file, 0644};
    };
    qpkg::ModuleTree tree;
    tree.objects = {object("passwd"), object("sh")};
    tree.files = {{0, 0}, {1, 0}};
    tree.directories = {
        {0755, 0, {{"etc", NodeKind::directory, 1}, {"sh", NodeKind::symlink, 1}, {"usr", NodeKind::directory, 2}}},
        {0755, 0, {{"passwd", NodeKind::file, 0}}},
        {0755, 0, {{"share", NodeKind::directory, 3}}},
        {0755, 0, {{"doc", NodeKind::directory, 4}}},
        {0755, 0, {{"copyright", NodeKind::file, 0}}}};
    return tree;
}

Details::BuiltPackage package(const std::string& name, const std::string& version)
{
    return {name, version, "amd64", sha256(name + version), name, version};
}

bool text_is_older(std::string_view version, std::string_view than) { return version < than; }

} // namespace

TEST_CASE("a base tells its packages, what they answer to, its libraries, files and accounts")
{
    const auto library = files::read(source_directory() / "tests/fuzz/corpus/elf/library", 10'000);
    const auto directory = scratch();
    TreeMaker tree(directory.path() / "tree");
    tree.file("usr/lib/libhello.so.1", library).file("etc/passwd", accounts_of_base).file("etc/group", "mail:x:8:\n");
    const std::vector<Package> chosen{{"mawk", "1.3", "amd64", sha256("mawk")}};
    const std::vector<InstalledPackage> installed{
        {.name = "mawk",
         .version = "1.3",
         .provides = {{"awk"}, {"awk-api", Bound::exactly, "2"}},
         .paths = {"/etc/passwd"}},
        {.name = "by-hand", .version = "7", .source = "hand", .source_version = "6"}};

    const auto [details, owners, findings] =
        build::describe_base(ForeignTree(tree.root()), build::files_in(committed()), chosen, installed);

    CHECK(details.packages ==
          std::vector<Details::BuiltPackage>{{"by-hand", "7", "all", std::nullopt, "hand", "6"},
                                             {"mawk", "1.3", "amd64", sha256("mawk"), "mawk", "1.3"}});
    CHECK(details.provided == std::vector<Details::Provided>{{"mawk", "awk", ""}, {"mawk", "awk-api", "2"}});
    CHECK(details.given.front() == Details::Library{"libhello.so.1", ""});
    CHECK(details.taken.empty());
    CHECK(details.generated.empty());
    CHECK(details.files == std::vector<Details::File>{{"/etc/passwd", sha256("passwd")}, {"/sh", sha256("sh")}});
    CHECK(details.accounts == std::vector<Details::Account>{{Details::AccountKind::group, "mail", 8},
                                                            {Details::AccountKind::user, "mail", 8},
                                                            {Details::AccountKind::user, "root", 0}});
    CHECK(owners.find("/etc/passwd\tmawk") != std::string::npos);
    CHECK(findings.empty());
}

TEST_CASE("a base takes back what is older than it was")
{
    const Details before{.packages = {package("a", "2"), package("b", "2")}};
    const Details now{.packages = {package("a", "1"), package("b", "3")}};

    CHECK(build::taken_back(before, now, text_is_older) == std::vector<std::string>{"package a 1 is older than 2"});
    CHECK(build::taken_back(before, before, text_is_older).empty());
    CHECK(build::taken_back(before, {}, text_is_older).empty());
}

TEST_CASE("a base takes back the number of an account, of users and groups apart")
{
    using enum Details::AccountKind;
    const Details before{.accounts = {{group, "mail", 8}, {user, "mail", 8}, {user, "gone", 9}}};

    CHECK(build::taken_back(before, {.accounts = {{group, "mail", 8}, {user, "mail", 9}}}, text_is_older) ==
          std::vector<std::string>{"user mail has number 9, not 8"});
    CHECK(build::taken_back(before, {.accounts = {{group, "mail", 9}, {user, "mail", 8}}}, text_is_older) ==
          std::vector<std::string>{"group mail has number 9, not 8"});
    CHECK(build::taken_back(before, before, text_is_older).empty());
}

TEST_CASE("what neither a module nor its base gives is not the base's to give")
{
    Details module{.given = {{"libown.so", ""}},
                   .taken = {{"libc.so.6", ""}, {"libc.so.6", "GLIBC_2.99"}, {"libjvm.so", ""}, {"libown.so", ""}}};

    build::tell_lacked(module, {.given = {{"libc.so.6", ""}}});

    CHECK(module.taken == std::vector<Details::Library>{{"libc.so.6", ""}, {"libown.so", ""}});
    CHECK(module.lacked == std::vector<Details::Library>{{"libc.so.6", "GLIBC_2.99"}, {"libjvm.so", ""}});
}
