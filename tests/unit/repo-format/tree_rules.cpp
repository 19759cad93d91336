// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/tree_rules.hpp"

#include "support/expect.hpp"
#include "support/ostree_values.hpp"

using namespace qpkg;
using namespace qpkg::ostree;
using namespace qpkg::testing;

TEST_CASE("bad input 52: a commit with a parent is refused")
{
    auto commit = a_commit();
    CHECK_NOTHROW(check_commit(commit, std::nullopt));

    commit.parent = a_digest('9');

    CHECK_FAILS(Code::untrusted, "parent", check_commit(commit, std::nullopt));
}

TEST_CASE("bad input 53: a commit's time is the announced one, or plausible when none is announced")
{
    auto commit = a_commit();
    CHECK_NOTHROW(check_commit(commit, 1'700'000'000));
    CHECK_FAILS(Code::untrusted, "expected 1700000001", check_commit(commit, 1'700'000'001));

    for (const std::uint64_t time : {std::uint64_t{0}, std::uint64_t{5}, ~std::uint64_t{0} >> 1, ~std::uint64_t{0}}) {
        commit.timestamp = time;
        CHECK_FAILS(Code::untrusted, "timestamp", check_commit(commit, std::nullopt));
    }
    commit.timestamp = 5;
    CHECK_NOTHROW(check_commit(commit, 5));
}

TEST_CASE("bad input 54: names are unique across files and directories and ascend")
{
    const auto refused = [](std::vector<std::string> files, std::vector<std::string> directories) {
        DirTree tree;
        for (auto& name : files) {
            tree.files.push_back({std::move(name), a_digest('1')});
        }
        for (auto& name : directories) {
            tree.directories.push_back({std::move(name), a_digest('2'), a_digest('3')});
        }
        check_entries(tree);
    };

    CHECK_NOTHROW(refused({"A", "a", "b"}, {"c"}));
    CHECK_FAILS(Code::untrusted, "twice", refused({"a", "a"}, {}));
    CHECK_FAILS(Code::untrusted, "twice", refused({}, {"a", "a"}));
    CHECK_FAILS(Code::untrusted, "a file and a directory", refused({"a", "b", "c"}, {"b"}));
    CHECK_FAILS(Code::untrusted, "not ascending", refused({"b", "a"}, {}));
    CHECK_FAILS(Code::untrusted, "not ascending", refused({}, {"b", "a"}));
}

TEST_CASE("bad input 54: a name that reads as another one, leaves its directory or is too long is refused")
{
    for (const std::string name : {"", ".", "..", "a/b", "tab\t", "esc\x1b[31m", "del\x7f", "\xc2\x85next line",
                                   "left\xe2\x80\xaeto", "\xe2\x81\xa6isolate",
                                   "\xef\xbb\xbf"
                                   "bom",
                                   "half\xc3", "\xc0\xaf"}) {
        CAPTURE(name);
        CHECK_FAILS(Code::untrusted, "name", check_name(name));
    }
    CHECK_FAILS(Code::untrusted, "256 bytes", check_name(std::string(256, 'x')));
    for (const std::string name : {"a", "...", ".hidden", "with space", "Főtanúsítvány", "back\\slash"}) {
        CHECK_NOTHROW(check_name(name));
    }
    CHECK_NOTHROW(check_name(std::string(255, 'x')));
}

TEST_CASE("bad input 54: names that differ only in case are told, not refused")
{
    const DirTree tree{.files = {{"Readme", a_digest('1')}, {"readme", a_digest('1')}}, .directories = {}};
    const TreeVisitor visitor{.tree = [&](const Digest&) { return tree; },
                              .meta = [](const Digest&) { return a_dirmeta(); },
                              .directory = {},
                              .file = [](const std::string&, const Digest&) {}};

    CHECK(walk(a_commit(), visitor).case_twins == std::vector<std::string>{"readme"});
}

TEST_CASE("bad input 55: only modes 0644 and 0755 and owner 0:0 are let in")
{
    CHECK_NOTHROW(check_file(a_file()));
    CHECK_NOTHROW(check_directory(a_dirmeta()));
    for (const std::uint32_t mode : {04755U, 02755U, 01755U, 0777U, 0666U, 0U, 0600U, 0744U}) {
        CAPTURE(mode);
        auto file = a_file();
        file.mode = S_IFREG | mode;
        auto directory = a_dirmeta();
        directory.mode = S_IFDIR | mode;
        CHECK_FAILS(Code::untrusted, "mode", check_file(file));
        CHECK_FAILS(Code::untrusted, "mode", check_directory(directory));
    }
    for (const std::uint32_t type : {std::uint32_t{S_IFCHR}, std::uint32_t{S_IFBLK}, std::uint32_t{S_IFIFO},
                                     std::uint32_t{S_IFSOCK}, std::uint32_t{S_IFDIR}, 0U}) {
        auto file = a_file();
        file.mode = type | 0644;
        CHECK_FAILS(Code::untrusted, "mode", check_file(file));
    }
    auto owned = a_file();
    owned.uid = 1000;
    CHECK_FAILS(Code::untrusted, "owner 1000:0", check_file(owned));
    auto group = a_dirmeta();
    group.gid = 5;
    CHECK_FAILS(Code::untrusted, "owner 0:5", check_directory(group));
    auto device = a_file();
    device.rdev = 259;
    CHECK_FAILS(Code::untrusted, "device", check_file(device));
}

TEST_CASE("bad input 56: no extended attribute is let in, however it is written")
{
    const std::vector<Xattrs> all{{{"security.capability", "x"}},
                                  {{"security.selinux", "x"}},
                                  {{"trusted.overlay.opaque", "y"}},
                                  {{"system.posix_acl_access", "x"}},
                                  {{"user.big", std::string(64 << 10, 'x')}},
                                  {{"b", ""}, {"a", ""}},
                                  {{"a", ""}, {"a", ""}}};
    for (const auto& xattrs : all) {
        auto file = a_file();
        file.xattrs = xattrs;
        CHECK_FAILS(Code::untrusted, "extended attribute", check_file(parse_file_header(as_bytes(encode(file)))));
        auto directory = a_dirmeta();
        directory.xattrs = xattrs;
        CHECK_FAILS(Code::untrusted, "extended attribute", check_directory(directory));
    }
}

TEST_CASE("bad input 58: a regular file has no target and a symlink has one")
{
    auto file = a_file();
    file.target = "somewhere";
    CHECK_FAILS(Code::corrupt, "target", check_file(file));
    CHECK_FAILS(Code::corrupt, "target", check_file(a_link("")));
    CHECK_FAILS(Code::corrupt, "4096 bytes", check_file(a_link(std::string(4096, 't'))));
    CHECK_NOTHROW(check_file(a_link(std::string(4095, 't'))));
}

TEST_CASE("a symlink stays inside its module or begins in the base")
{
    CHECK_NOTHROW(check_link("usr/bin/x", "../lib/x"));
    CHECK_NOTHROW(check_link("usr/bin/x", "../.././etc/x"));
    CHECK_NOTHROW(check_link("x", "y"));
    for (const char* target :
         {"/usr/bin/y", "/etc/alternatives/y", "/run/lock", "/proc/self/mounts", "/dev/null", "//usr/y", "/"}) {
        CHECK_NOTHROW(check_link("usr/bin/x", target));
    }
    for (const char* target : {"../../../x", "../..//../x", "../lib/../../../usr/x", "/apps/other/usr", "/qubes/x"}) {
        CAPTURE(target);
        CHECK_FAILS(Code::untrusted, "leaves the module", check_link("usr/bin/x", target));
    }
    CHECK_FAILS(Code::untrusted, "leaves the module", check_link("x", ".."));
}

TEST_CASE("a tree deeper than 64, or one that repeats itself without end, is refused")
{
    const TreeVisitor endless{.tree =
                                  [](const Digest& id) {
                                      return DirTree{.files = {}, .directories = {{"again", id, a_digest('b')}}};
                                  },
                              .meta = [](const Digest&) { return a_dirmeta(); },
                              .directory = {},
                              .file = {}};
    CHECK_FAILS(Code::untrusted, "64 directories deep", walk(a_commit(), endless));

    // 2^64 paths out of 64 small objects.
    int depth = 0;
    const TreeVisitor doubling{
        .tree =
            [&](const Digest& id) {
                return ++depth % 64 == 0 ? DirTree{}
                                         : DirTree{.files = {{"f", a_digest('f')}},
                                                   .directories = {{"x", id, a_digest('b')}, {"y", id, a_digest('b')}}};
            },
        .meta = [](const Digest&) { return a_dirmeta(); },
        .directory = {},
        .file = [](const std::string&, const Digest&) {}};
    CHECK_FAILS(Code::untrusted, "deep", walk(a_commit(), doubling));
}
