// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/settings.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

using namespace qpkg;
using libvirt::Accelerator;

namespace {

namespace fs = std::filesystem;

libvirt::Settings load(std::string_view text)
{
    const files::TemporaryDirectory folder(fs::temp_directory_path());
    files::write(folder.path() / "libvirt.toml", text);
    return libvirt::load_settings(folder.path() / "libvirt.toml", "/store");
}

} // namespace

TEST_CASE("without a file virtual machines are those of the system, with the kernel of the state directory")
{
    const auto settings = libvirt::load_settings("/nowhere/libvirt.toml", "/store");

    CHECK(settings.uri == "qemu:///system");
    CHECK(settings.kernel == "/store/boot/vmlinuz");
    CHECK(settings.initramfs == "/store/boot/initramfs");
    CHECK(settings.accelerator == Accelerator::automatic);
}

TEST_CASE("every setting of virtual machines can be said")
{
    const auto settings = load("uri = 'test:///default'\nkernel = '/k'\ninitramfs = '/i'\ncommand_line = 'quiet'\n"
                               "emulator = '/e'\nnetwork = 'default'\naccelerator = 'tcg'\nmemory = 512\ndisk = 64\n"
                               "processors = 4\nstart_seconds = 5\nrefresh_seconds = 6\n");

    CHECK(settings.uri == "test:///default");
    CHECK(settings.kernel == "/k");
    CHECK(settings.initramfs == "/i");
    CHECK(settings.command_line == "quiet");
    CHECK(settings.emulator == "/e");
    CHECK(settings.network == "default");
    CHECK(settings.accelerator == Accelerator::tcg);
    CHECK(settings.memory == 512);
    CHECK(settings.disk == 64);
    CHECK(settings.processors == 4);
    CHECK(settings.start == std::chrono::seconds(5));
    CHECK(settings.refresh == std::chrono::seconds(6));
}

TEST_CASE("what is no setting of virtual machines is refused where it stands")
{
    CHECK_FAILS(Code::usage, "libvirt.toml:2:10: memroy: unknown key, expected memory",
                load("disk = 64\nmemroy = 5\n"));
    CHECK_FAILS(Code::usage, "libvirt.toml:1:", load("memory ="));
    CHECK_FAILS(Code::usage, "libvirt.toml:1:1: expected a key", load("[\ndisk]\n"));
    for (const auto* text : {"memory = '512'", "memory = 1", "memory = 1.5", "disk = -1", "processors = 0", "uri = 5",
                             "kernel = 'boot/vmlinuz'", "accelerator = 'xen'", "start_seconds = 0", "network = true",
                             "command_line = \"a\\u0000b\""}) {
        CHECK_FAILS(Code::usage, "libvirt.toml:1:", load(text));
    }
}
