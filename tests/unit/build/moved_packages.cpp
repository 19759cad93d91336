// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/moved_packages.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using build::moved_packages;
using build::MovedPackage;

namespace {

Package of(const std::string& name, const std::string& version, const std::string& arch = "amd64")
{
    return {name, version, arch, sha256(name + version + arch)};
}

build::Lock lock_of(const std::vector<Package>& packages)
{
    build::Lock lock{BaseId::require("debian-12"), CommitId(sha256("base")), 1, {}};
    for (const auto& package : packages) {
        lock.packages.push_back({package, 1, "http://a/x.deb"});
    }
    return lock;
}

} // namespace

TEST_CASE("what a distribution offers as it is locked has not moved")
{
    const std::vector<OfferedPackage> offered{{of("a", "1"), 5, true}};
    CHECK(moved_packages(lock_of({of("a", "1")}), offered).empty());
}

TEST_CASE("a package moves to another version, comes anew, or goes")
{
    const std::vector<OfferedPackage> offered{{of("b", "2"), 5, true}, {of("new", "1"), 5}};
    CHECK(moved_packages(lock_of({of("b", "1"), of("gone", "3")}), offered) ==
          std::vector<MovedPackage>{{"b", "1", "2", true}, {"gone", "3", "", false}, {"new", "", "1", false}});
}

TEST_CASE("the same version in another file has moved, and architectures are packages of their own")
{
    auto rebuilt = of("a", "1");
    rebuilt.sha256 = sha256("another file");
    const std::vector<OfferedPackage> offered{{rebuilt, 5}, {of("b", "1"), 5}, {of("b", "1", "i386"), 5}};
    CHECK(moved_packages(lock_of({of("a", "1"), of("b", "1")}), offered) ==
          std::vector<MovedPackage>{{"a", "1", "1", false}, {"b", "", "1", false}});
}
