// SPDX-License-Identifier: LGPL-2.1-or-later
// A root whose files are replaced while a view of it stands, as in a virtual machine: a local qube's own is read-only.
#include "agent/small_files.hpp"
#include "agent/view.hpp"
#include "support/expect.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/mounts.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

using namespace qpkg;
using namespace qpkg::agent;
using Tree = std::map<std::string, std::string>;

namespace {

const auto app = AppId::require("org.example.app");
const std::string owners = "/usr/local/share/ca-certificates/mine/";

struct Root {
    files::TemporaryDirectory folder{std::filesystem::temp_directory_path()};
    QubePaths layout{folder.path() / "run", folder.path() / "root"};

    Root(const Tree& base, const Tree& module)
    {
        for (const auto* tree : view_trees) {
            fs::create_directories(layout.root / tree);
        }
        for (const auto& [path, text] : base) {
            replace(path, text);
        }
        for (const auto& [path, text] : module) {
            write(layout.volume(app).string() + path, text);
        }
    }

    static void write(const fs::path& place, const std::string& text)
    {
        fs::create_directories(place.parent_path());
        if (text.starts_with("-> ")) {
            fs::create_symlink(text.substr(3), place);
        } else {
            write_file(place, text);
        }
    }

    /// As whoever writes such a file does: a new one in place of the old one.
    void replace(const std::string& path, const std::string& text) const
    {
        const auto fresh = layout.root.string() + path + ".new";
        write(fresh, text);
        fs::rename(fresh, layout.root.string() + path);
    }

    std::string seen(const std::string& path) const
    {
        return files::read_if_exists(layout.view(app).string() + path, 4096).value_or("nothing");
    }

    /// In mounts of its own, which end with the child.
    std::string within(const std::function<std::string()>& look) const
    {
        const auto out = folder.path() / "out";
        const auto child = ::fork();
        if (child == 0) {
            try {
                mounts::enter_private_namespace();
                keep_base(layout);
                compose_private_view(layout, app, layout.base());
                write_file(out, look());
            } catch (const std::exception& error) {
                write_file(out, error.what());
            }
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
        return files::read(out, 4096);
    }
};

} // namespace

TEST_CASE("name servers, time zone and certificates that the qube replaces are the new ones in its views")
{
    const Root root({{"/etc/resolv.conf", "old"},
                     {"/etc/localtime", "-> ../usr/share/zoneinfo/A"},
                     {"/etc/ssl/certs/ca-certificates.crt", "old"},
                     {"/usr/share/zoneinfo/A", "zone A"},
                     {"/usr/share/zoneinfo/B", "zone B"}},
                    {{"/etc/app.conf", "own"}, {"/etc/localtime", "the builder's"}});
    const auto all = [&] {
        return root.seen("/etc/resolv.conf") + ", " + root.seen("/etc/localtime") + ", " +
               root.seen("/etc/ssl/certs/ca-certificates.crt") + ", " + root.seen("/etc/ssl/certs/mine.pem") + ", " +
               root.seen("/etc/app.conf") + '\n';
    };

    CHECK(root.within([&] {
        const auto before = all();
        root.replace("/etc/resolv.conf", "new");
        root.replace("/etc/localtime", "-> ../usr/share/zoneinfo/B");
        root.replace("/etc/ssl/certs/ca-certificates.crt", "new");
        root.replace("/etc/ssl/certs/mine.pem", "mine");
        return before + all();
    }) == "old, zone A, old, nothing, own\nnew, zone B, new, mine, own\n");
}

TEST_CASE("name servers that systemd-resolved has are found from a view")
{
    const Root root({{"/etc/resolv.conf", "-> ../run/systemd/resolve/stub-resolv.conf"}}, {{"/etc/app.conf", "own"}});
    const auto way = [&] {
        return fs::read_symlink(root.layout.view(app) / "etc/resolv.conf").string() + ' ' +
               fs::read_symlink(root.layout.base() / "etc/resolv.conf").string() + ' ' +
               fs::read_symlink(root.layout.base() / "run").string();
    };
    CHECK(root.within(way) ==
          (root.layout.base() / "etc/resolv.conf").string() + " ../run/systemd/resolve/stub-resolv.conf /run");
}

TEST_CASE("a module's certificates stay, with those that the owner of the qube added")
{
    const std::string bundle = "/etc/ssl/certs/ca-certificates.crt";
    const Root root({{bundle, "the base's\nmine\n"},
                     {"/etc/ssl/certs/0a1b2c3d.0", "-> mine.pem"},
                     {"/etc/ssl/certs/mine.pem", "mine\n"},
                     {owners + "b.crt", "second"},
                     {owners + "a.crt", "first\n"},
                     {owners + "aa.crt", "-> nowhere"},
                     {owners + "readme", "none"}},
                    {{bundle, "the module's\n"}, {"/etc/ssl/certs/theirs.pem", "theirs"}});
    CHECK(root.within([&] {
        return root.seen(bundle) + root.seen("/etc/ssl/certs/0a1b2c3d.0") + root.seen("/etc/ssl/certs/theirs.pem");
    }) == "the module's\nfirst\nsecond\nmine\ntheirs");

    const Root nothing_added({{bundle, "the base's"}}, {{bundle, "the module's"}});
    CHECK(nothing_added.within([&] { return nothing_added.seen(bundle); }) == "the module's");
}
