// SPDX-License-Identifier: LGPL-2.1-or-later
#include "contract/package_sources.hpp"

#include "adapters/apt/apt_source.hpp"
#include "support/expect.hpp"
#include "support/fake_source.hpp"
#include "support/nginx.hpp"
#include "support/sandboxed.hpp"
#include "support/trees.hpp"

#include <fcntl.h>
#include <sys/xattr.h>

namespace qpkg::testing {
namespace {

class NoSandbox final : public Sandbox {
public:
    CommandResult run(const SandboxRun&) override { throw Error(Code::unsupported, "no sandbox"); }
    Fd open_root(const fs::path&) override { throw Error(Code::unsupported, "no sandbox"); }
};

struct FakeSubject : SourceSubject {
    FakeSubject()
    {
        archive.add("hello", "summary says hello\nrequires libhello\nrecommends extra\nscript ran\nfixes "
                             "CVE-2026-1234\nfile /usr/bin/hello x");
        archive.add("libhello", "source hello-src\nfile /usr/lib/hello.so x");
        archive.add("extra", "recommends deep\nfile /usr/share/extra x");
        archive.add("deep", "file /usr/share/deep x");
        archive.add("broken", "script fails");
        archive.add("present", "file /usr/share/present x");
        archive.add("aging", "file /usr/share/aging x");
        archive.in_base = {"aging", "present"};
        archive.newer_in_base.insert("aging");
        root.directory("var/lib/fake");
    }
    const PackageSource& source() override { return fake; }
    Sandbox& sandbox() override { return none; }
    fs::path base_root() override { return root.root(); }
    void withdraw() override { archive.packages.erase("hello"); }
    void tamper() override { archive.packages["hello"] += '\n'; }
    void cut_off() override { archive.is_reachable = false; }

    files::TemporaryDirectory directory = scratch();
    TreeMaker root{directory.path() / "root"};
    FakeArchive archive;
    FakeSource fake{archive};
    NoSandbox none;
};

/// This machine's programs over an archive of our own: its root lies below everything, but for the settings and the
/// state of the package manager. What is changed lies on another file system: an overlay's layers may not hold each
/// other.
class OverThisMachine final : public Sandbox {
public:
    OverThisMachine(Sandbox& real, fs::path layer) : real_(real), layer_(std::move(layer)) {}

    CommandResult run(const SandboxRun& request) override
    {
        auto changed = request;
        changed.lower.push_back(layer_);
        changed.lower.emplace_back("/");
        const auto& argv = request.command.argv;
        const bool installs = std::ranges::find(argv, "Dir::State::Lists=/run/no-lists") != argv.end();
        const bool proves = argv.front() == "sh";
        CHECK((request.network == Network::host) == !(installs || proves));
        return real_.run(changed);
    }
    Fd open_root(const fs::path&) override { return files::open(layer_, O_PATH | O_DIRECTORY); }

private:
    Sandbox& real_;
    fs::path layer_;
};

/// Makes `archive`, `key` and `status` in the current directory.
constexpr const char* make_archive = R"sh(
export SOURCE_DATE_EPOCH=1700000000
mkdir -p archive gpg hello/usr/bin hello/usr/share/doc/hello libhello/usr/lib present/usr/share
for name in hello libhello extra deep broken present aging; do mkdir -p $name/DEBIAN; done
echo '#!/bin/sh' | tee hello/usr/bin/hello hello/DEBIAN/postinst broken/DEBIAN/postinst >libhello/usr/lib/hello.so
echo 'echo no luck; exit 1' >>broken/DEBIAN/postinst
chmod 755 hello/usr/bin/hello */DEBIAN/postinst
printf 'hello (1.0) stable; urgency=low\n\n  * CVE-2026-1234\n' | gzip -n >hello/usr/share/doc/hello/changelog.Debian.gz
pack() {
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: x <x@example.org>\n' "$1" "${3:-1.0}" >"$1/DEBIAN/control"
    printf '%s\n' "$2" >>"$1/DEBIAN/control"
    dpkg-deb --root-owner-group -Zgzip -b "$1" "archive/$1_${3:-1.0}_all.deb"
}
pack hello 'Depends: libhello (>= 1.0)
Recommends: gone | extra (>= 1.0), nowhere, present
Description: says hello'
pack libhello 'Source: hello-src (1.0)
Description: helps'
pack extra 'Recommends: deep
Description: is more'
pack deep 'Description: is even more'
pack broken 'Description: fails'
pack present 'Description: is there'
pack aging 'Description: is there in another version' 2.0
cd archive
for deb in *.deb; do
    dpkg-deb -f $deb
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' $deb $(stat -c %s $deb) $(sha256sum <$deb | cut -d' ' -f1)
done >Packages
{
    printf 'Origin: test\nSuite: test\nCodename: test\nDate: %s\nSHA256:\n' "$(date -Ru)"
    printf ' %s %s Packages\n' $(sha256sum <Packages | cut -d' ' -f1) $(stat -c %s Packages)
} >../Release
cd ..
{
    cat present/DEBIAN/control; echo 'Status: install ok installed'; echo
    sed 's/^Version: .*/Version: 1.0/' aging/DEBIAN/control; echo 'Status: install ok installed'; echo
} >status
chmod 700 gpg
gpg --homedir gpg --batch --quiet --passphrase '' --quick-gen-key test@example.org ed25519 sign never
gpg --homedir gpg --batch --quiet --clearsign --output archive/InRelease Release
gpg --homedir gpg --batch --quiet --export >key
gpgconf --homedir gpg --kill all
)sh";

struct AptSubject : SourceSubject {
    AptSubject()
    {
        run_checked({.argv = {"sh", "-euc", make_archive}, .directory = directory.path()}, "make an archive");
        nginx.emplace(directory.path() / "archive");
        layer.directory("var/lib/dpkg/info").directory("var/lib/dpkg/updates").directory("var/lib/dpkg/triggers");
        layer.file("var/lib/dpkg/status", files::read(directory.path() / "status", 1000));
        layer.file("etc/apt/key.gpg", files::read(directory.path() / "key", 10'000));
        layer.file("etc/apt/sources.list", "deb [signed-by=/etc/apt/key.gpg] " + nginx->url() + " ./\n");
        layer.file("etc/apt/apt.conf", "Acquire::http::Proxy::127.0.0.1 \"DIRECT\";\n");
        for (const auto* hiding : {"var/lib/dpkg", "etc/apt"}) {
            const auto place = (layer.root() / hiding).string();
            REQUIRE(::setxattr(place.c_str(), "trusted.overlay.opaque", "y", 1, 0) == 0);
        }
    }
    const PackageSource& source() override { return apt; }
    Sandbox& sandbox() override { return over_this_machine; }
    fs::path base_image() override { return base.request.base_image; }
    fs::path base_root() override { return layer.root(); }
    fs::path package() const { return directory.path() / "archive/hello_1.0_all.deb"; }
    void withdraw() override { fs::remove(package()); }
    void cut_off() override { nginx.reset(); }

    void tamper() override
    {
        auto bytes = files::read(package(), 1'000'000);
        bytes.back() = static_cast<char>(bytes.back() ^ 1);
        files::write(package(), bytes, 0644, files::Durability::scratch);
    }

    files::TemporaryDirectory directory{"/dev/shm"};
    std::optional<Nginx> nginx;
    TreeMaker layer{directory.path() / "layer"};
    Sandboxed base;
    OverThisMachine over_this_machine{base.sandbox, layer.root()};
    apt::AptSource apt;
};

} // namespace

std::unique_ptr<SourceSubject> each_source()
{
    std::unique_ptr<SourceSubject> subject;
    SUBCASE("a fake") { subject = std::make_unique<FakeSubject>(); }
    SUBCASE("apt, of this machine")
    {
        REQUIRE(Nginx::is_installed());
        subject = std::make_unique<AptSubject>();
    }
    return subject;
}

} // namespace qpkg::testing
