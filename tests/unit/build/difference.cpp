// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/difference.hpp"

#include "support/expect.hpp"

#include <algorithm>
#include <array>
#include <random>

using namespace qpkg;
using namespace qpkg::build;

namespace {

TreeEntry directory(const std::string& path, InBase in_base = InBase::nothing)
{
    return {.path = path, .kind = EntryKind::directory, .mode = 0755, .in_base = in_base};
}

TreeEntry file(const std::string& path, unsigned mode = 0644, InBase in_base = InBase::nothing)
{
    return {.path = path, .kind = EntryKind::file, .mode = mode, .in_base = in_base};
}

TreeEntry removal(const std::string& path)
{
    return {.path = path, .kind = EntryKind::removal, .in_base = InBase::another};
}

const TreeEntry usr = directory("/usr", InBase::the_same);
const TreeEntry etc = directory("/etc", InBase::the_same);

/// No path is any package's, unless it is in `listed`.
TreeChoice plan_of(std::vector<TreeEntry> entries, const std::vector<std::string>& may_remove = {},
                   const std::vector<std::string>& listed = {})
{
    PackageFiles packages;
    for (const auto& path : listed) {
        packages.owners.emplace(path, "hello");
    }
    constexpr std::array<std::string_view, 2> of_source{"/var/lib/manager", "/etc/manager"};
    return plan_tree(std::move(entries), {may_remove, {}, {of_source.begin(), of_source.end()}}, packages);
}

std::vector<std::string> rules(const TreeChoice& plan)
{
    std::vector<std::string> names;
    for (const auto& finding : plan.findings) {
        names.push_back(finding.rule + ' ' + finding.path);
    }
    return names;
}

} // namespace

TEST_CASE("new files are kept with their parents, and nothing is said about them")
{
    const auto plan = plan_of({usr, directory("/usr/bin", InBase::the_same), file("/usr/bin/git", 0755)}, {});

    CHECK(plan.keep == std::vector<std::string>{"/usr", "/usr/bin", "/usr/bin/git"});
    CHECK(plan.drop.empty());
    CHECK(plan.findings.empty());
}

TEST_CASE("what an installation leaves behind elsewhere is dropped, and told when it is unusual")
{
    const auto plan = plan_of({directory("/var", InBase::the_same), directory("/var/log", InBase::the_same),
                               file("/var/log/manager.log"), directory("/srv", InBase::the_same), file("/srv/data"),
                               directory("/root", InBase::the_same), directory("/root/.ssh")},
                              {});

    CHECK(plan.keep.empty());
    CHECK(plan.drop.size() == 7);
    CHECK(rules(plan) == std::vector<std::string>{"outside /srv/data"});
}

TEST_CASE("accounts, the machine's identity and the package manager's state are dropped")
{
    const auto plan = plan_of({etc, file("/etc/passwd", 0644, InBase::another), file("/etc/shadow-"),
                               file("/etc/machine-id"), file("/etc/localtime"), file("/etc/timezone"),
                               file("/etc/groups"), directory("/var", InBase::the_same),
                               directory("/var/lib", InBase::the_same), directory("/var/lib/manager", InBase::the_same),
                               file("/var/lib/manager/status", 0644, InBase::another)},
                              {});

    CHECK(plan.keep == std::vector<std::string>{"/etc", "/etc/groups"});
    CHECK(plan.findings.empty());
}

TEST_CASE("what a package ships stays in /var/lib, also beside the state of others, and is told of in /var/cache")
{
    const auto plan = plan_of(
        {directory("/var", InBase::the_same), directory("/var/lib", InBase::the_same),
         directory("/var/lib/manager", InBase::the_same), file("/var/lib/manager/shipped"),
         file("/var/lib/manager/status"), directory("/var/lib/xkb"), file("/var/lib/xkb/shipped"),
         file("/var/lib/xkb/made"), directory("/var/cache", InBase::the_same), file("/var/cache/shipped"),
         file("/var/cache/made"), etc, file("/etc/passwd", 0644, InBase::another)},
        {}, {"/var/lib/manager/shipped", "/var/lib/xkb/shipped", "/var/lib/xkb", "/var/cache/shipped", "/etc/passwd"});

    CHECK(plan.keep == std::vector<std::string>{"/var", "/var/lib", "/var/lib/manager", "/var/lib/manager/shipped",
                                                "/var/lib/xkb", "/var/lib/xkb/shipped"});
    CHECK(rules(plan) == std::vector<std::string>{"outside /var/cache/shipped"});
}

TEST_CASE("a file of the base that was only touched is no difference")
{
    const auto plan = plan_of({usr, file("/usr/same", 0644, InBase::the_same)}, {});

    CHECK(plan.keep.empty());
    CHECK(plan.drop == std::vector<std::string>{"/usr", "/usr/same"});
}

TEST_CASE("a file of the base that was changed is kept, and told; the linker's cache always changes")
{
    const auto plan =
        plan_of({etc, file("/etc/pam", 0644, InBase::another), file("/etc/ld.so.cache", 0644, InBase::another)}, {});

    CHECK(plan.keep == std::vector<std::string>{"/etc", "/etc/ld.so.cache", "/etc/pam"});
    CHECK(rules(plan) == std::vector<std::string>{"shadow /etc/pam"});
}

TEST_CASE("removing a path of the base is refused unless the recipe says so")
{
    CHECK(plan_of({usr, removal("/usr/gone")}, {}).refused == std::vector<std::string>{"/usr/gone"});

    const auto declared = plan_of({usr, removal("/usr/gone")}, {"/usr/gone"});
    CHECK(declared.refused.empty());
    CHECK(declared.drop == std::vector<std::string>{"/usr", "/usr/gone"});
    CHECK(rules(declared) == std::vector<std::string>{"removal /usr/gone"});
}

TEST_CASE("a removal in a place that is dropped anyway is nobody's loss")
{
    CHECK(plan_of({removal("/var/cache/x"), removal("/var/lib/manager/y"), removal("/etc/manager/z")}, {})
              .refused.empty());
}

TEST_CASE("each thing that normalising takes away is told")
{
    auto owned = file("/usr/owned");
    owned.group = 50;
    auto capable = file("/usr/capable");
    capable.xattrs = {"security.capability"};

    const auto plan =
        plan_of({usr, file("/usr/setuid", 04755), file("/usr/hidden", 0640), file("/usr/open", 0666), owned, capable},
                {}, {"/usr/hidden"});

    CHECK(plan.limits == std::vector<Limit>{{"/usr/capable", Right::capabilities}, {"/usr/setuid", Right::setuid}});
    CHECK(plan.keep.size() == 6);
    CHECK(rules(plan) == std::vector<std::string>{"mode /usr/hidden", "mode /usr/open", "owner /usr/owned",
                                                  "setuid /usr/setuid", "xattr /usr/capable"});
}

TEST_CASE("devices and keys made for one machine are left out")
{
    const auto plan =
        plan_of({etc, {.path = "/etc/pipe", .kind = EntryKind::special}, file("/etc/ssh/ssh_host_rsa_key", 0600)}, {});

    CHECK(plan.keep.empty());
    CHECK(rules(plan) == std::vector<std::string>{"device /etc/pipe", "secret /etc/ssh/ssh_host_rsa_key"});
}

TEST_CASE("a new empty directory belongs to a module, except where only administrators write")
{
    const auto plan = plan_of({usr, directory("/usr/share", InBase::the_same), directory("/usr/share/plugins"),
                               directory("/usr/local", InBase::the_same), directory("/usr/local/fonts")},
                              {});

    CHECK(plan.keep == std::vector<std::string>{"/usr", "/usr/share", "/usr/share/plugins"});
}

TEST_CASE("an empty directory of a package stays in /var/lib, one that a script made does not")
{
    const auto plan = plan_of({directory("/var", InBase::the_same), directory("/var/lib", InBase::the_same),
                               directory("/var/lib/git"), directory("/var/lib/made"), directory("/var/log/git")},
                              {}, {"/var", "/var/lib", "/var/lib/git", "/var/log/git"});

    CHECK(plan.keep == std::vector<std::string>{"/var", "/var/lib", "/var/lib/git"});
    CHECK(plan.findings.empty());
}

TEST_CASE("the plan does not depend on the order in which a directory is read")
{
    std::vector<TreeEntry> entries{usr,
                                   etc,
                                   file("/etc/b"),
                                   removal("/usr/gone"),
                                   file("/usr/setuid", 04755),
                                   file("/usr/same", 0644, InBase::the_same),
                                   file("/srv/x"),
                                   file("/usr/a-b"),
                                   directory("/usr/a"),
                                   file("/usr/a/c")};
    const auto expected = plan_of(entries, {});
    std::mt19937 random(1);

    for (int round = 0; round < 20; ++round) {
        std::shuffle(entries.begin(), entries.end(), random);
        CHECK(plan_of(entries, {}) == expected);
    }
}

TEST_CASE("what is dropped comes before what lies below it")
{
    const auto plan = plan_of({file("/srv/a/b"), directory("/srv/a"), file("/srv/a-b"), directory("/srv")}, {});

    CHECK(plan.drop == std::vector<std::string>{"/srv", "/srv/a", "/srv/a-b", "/srv/a/b"});
}

TEST_CASE("what a script made and not everybody may read is left out, and never opened to all")
{
    auto closed = directory("/etc/closed");
    closed.mode = 0750;
    const auto plan =
        plan_of({etc, file("/etc/made.key", 0640), file("/etc/shipped.key", 0640), closed, file("/etc/closed/password"),
                 directory("/etc/closed/deep"), file("/etc/closed/deep/password"), file("/etc/closed/shipped"),
                 file("/etc/plain"), file("/etc/base.key", 0600, InBase::another)},
                {}, {"/etc/shipped.key", "/etc/closed/shipped"});

    CHECK(plan.secrets == std::vector<std::string>{"/etc/base.key", "/etc/closed/deep/password", "/etc/closed/password",
                                                   "/etc/made.key"});
    CHECK(plan.keep == std::vector<std::string>{"/etc", "/etc/closed", "/etc/closed/deep", "/etc/closed/shipped",
                                                "/etc/plain", "/etc/shipped.key"});
    CHECK(rules(plan) == std::vector<std::string>{"mode /etc/shipped.key", "secret /etc/base.key",
                                                  "secret /etc/closed/deep/password", "secret /etc/closed/password",
                                                  "secret /etc/made.key"});
}

TEST_CASE("with a private key its public half goes, where a script made that, too")
{
    const auto plan =
        plan_of({etc, file("/etc/host_key", 0600), file("/etc/host_key.pub"), file("/etc/server.key", 0600),
                 file("/etc/server.crt"), file("/etc/server.conf"), file("/etc/my_secret_key", 0600),
                 file("/etc/my_public_key"), file("/etc/shipped.key", 0600), file("/etc/shipped.pem")},
                {}, {"/etc/shipped.pem"});

    CHECK(plan.keep == std::vector<std::string>{"/etc", "/etc/server.conf", "/etc/shipped.pem"});
    CHECK(plan.secrets.size() == 7);
}

TEST_CASE("nothing takes the place of a directory of the base")
{
    const TreeEntry link{.path = "/usr/lib", .kind = EntryKind::symlink, .in_base = InBase::directory};
    const TreeEntry top{.path = "/var", .kind = EntryKind::symlink, .in_base = InBase::directory};
    const TreeEntry pipe{.path = "/etc/x", .kind = EntryKind::special, .in_base = InBase::directory};

    CHECK(plan_of({usr, etc, link, top, pipe, file("/usr/bin", 0644, InBase::directory)}).displaced ==
          std::vector<std::string>{"/etc/x", "/usr/bin", "/usr/lib", "/var"});

    const auto declared = plan_of({usr, link, file("/usr/lib-not")}, {"/usr/lib"});
    CHECK(declared.displaced.empty());
    CHECK(declared.keep == std::vector<std::string>{"/usr", "/usr/lib-not"});
    CHECK(rules(declared) == std::vector<std::string>{"removal /usr/lib"});
}

TEST_CASE("what a module says of itself is written by nobody but the build")
{
    const auto plan =
        plan_of({usr, directory("/usr/lib", InBase::the_same), directory("/usr/lib/qpkg"), file("/usr/lib/qpkg/times"),
                 directory("/usr/share", InBase::the_same), directory("/usr/share/qpkg"),
                 directory("/usr/share/qpkg/app"), file("/usr/share/qpkg/app/starts"), file("/usr/share/qpkg.txt")});

    CHECK(plan.keep == std::vector<std::string>{"/usr", "/usr/share", "/usr/share/qpkg.txt"});
    CHECK(rules(plan) == std::vector<std::string>{"outside /usr/lib/qpkg/times", "outside /usr/share/qpkg/app/starts"});
}

TEST_CASE("places that each qube fills itself are left out with one finding each")
{
    const std::vector<TreeEntry> entries{directory("/var"),
                                         directory("/var/lib"),
                                         directory("/etc/hello"),
                                         file("/etc/hello/made", 0600),
                                         directory("/var/lib/hello"),
                                         directory("/var/lib/hello/cluster"),
                                         file("/var/lib/hello/cluster/key", 0600),
                                         file("/var/lib/hello/cluster/log"),
                                         file("/var/lib/hellofriend"),
                                         directory("/var/lib/none")};

    const auto plan = plan_tree(entries, {.left_out = {"/etc/hello", "/var/lib/hello", "/var/lib/none"}}, {});

    CHECK(plan.keep == std::vector<std::string>{"/var", "/var/lib", "/var/lib/hellofriend"});
    CHECK(plan.secrets.empty());
    CHECK(plan.findings ==
          std::vector<build::Finding>{{"state", "/etc/hello", "1 files, left out: each qube makes its own"},
                                      {"state", "/var/lib/hello", "2 files, left out: each qube makes its own"}});
}

TEST_CASE("of a whole root everything is kept but what is the qube's, the package manager's, or one machine's")
{
    std::vector<TreeEntry> entries;
    for (const auto* path :
         {"/app", "/dev", "/etc", "/home", "/home/user", "/opt", "/root", "/run", "/rw", "/tmp", "/usr", "/usr/bin",
          "/var", "/var/cache", "/var/lib", "/var/lib/hello", "/var/lib/manager"}) {
        entries.push_back(directory(path));
    }
    for (const auto* path :
         {"/app/program", "/etc/hello.conf", "/etc/machine-id", "/etc/passwd", "/home/user/.profile", "/root/.profile",
          "/rw/file", "/usr/bin/hello", "/var/cache/file", "/var/lib/hello/data", "/var/lib/manager/state"}) {
        entries.push_back(file(path));
    }
    entries.push_back({.path = "/bin", .kind = EntryKind::symlink});
    std::ranges::sort(entries, {}, &TreeEntry::path);

    const auto plan = plan_tree(entries, {.of_source = {"/var/lib/manager"}, .extent = build::Extent::whole_root}, {});

    CHECK(plan.keep == std::vector<std::string>{"/app", "/app/program", "/bin", "/etc", "/etc/hello.conf", "/opt",
                                                "/usr", "/usr/bin", "/usr/bin/hello", "/var", "/var/lib",
                                                "/var/lib/hello", "/var/lib/hello/data"});
    CHECK(rules(plan) == std::vector<std::string>{"outside /rw/file"});
}
