// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/commit_identity.hpp"

#include "support/releases.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

TEST_CASE("a namespace that D-Bus would take is its own collection id")
{
    CHECK(collection_id("org.example") == "org.example");
}

TEST_CASE("a namespace that D-Bus would refuse becomes a collection id it takes")
{
    CHECK(collection_id("org.x-plane") == "org.x_plane");
    CHECK(collection_id("org.c++") == "org.c__");
    CHECK(collection_id("org.7zip") == "org._7zip");
    CHECK(collection_id("debian") == "qpkg.debian");
}

TEST_CASE("a commit names its collection beside app, architecture, base and version")
{
    const auto identity = commit_identity(AppId::require("org.example.hello"), Arch::require("x86_64"),
                                          BaseId::require("debian-12"), "1.0-1");

    CHECK(identity == std::map<std::string, std::string>{{"ostree.collection-binding", "org.example"},
                                                         {"qpkg.app", "org.example.hello"},
                                                         {"qpkg.arch", "x86_64"},
                                                         {"qpkg.base", "debian-12"},
                                                         {"qpkg.version", "1.0-1"}});
}

TEST_CASE("the commit of a base names its collection where it has a namespace, and is of no app")
{
    CHECK(commit_identity(BaseId::require("local.debian-12"), Arch::require("x86_64")) ==
          std::map<std::string, std::string>{
              {"ostree.collection-binding", "qpkg.local"}, {"qpkg.arch", "x86_64"}, {"qpkg.base", "local.debian-12"}});
    CHECK(commit_identity(BaseId::require("debian-12"), Arch::require("x86_64")).size() == 2);
}

TEST_CASE("what a commit must say follows from the kind of its release")
{
    CHECK(commit_identity(testing::a_base_release()).at("qpkg.base") == "local.debian-12");
    CHECK_FALSE(commit_identity(testing::a_base_release()).contains("qpkg.app"));
    CHECK(commit_identity(testing::a_release()).at("qpkg.version") == "1.0-1");
}
