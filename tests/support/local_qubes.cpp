// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/local_qubes.hpp"

#include "adapters/local/local_hypervisor.hpp"
#include "repo-format/guest/exports.hpp"
#include "support/paths.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>

namespace qpkg::testing {
namespace {

namespace fs = std::filesystem;
using Tree = std::map<std::string, std::string>;

constexpr std::size_t largest_output = 16 * 1024 * 1024;

/// What a base of this kind has; every applet is a link to the one program.
Tree busybox_root()
{
    Tree tree{
        {"bin", "-> usr/bin"},
        {"sbin", "-> usr/sbin"},
        {"usr/sbin/keep", ""},
        {"usr/share/base-file", "base\n"},
        {"opt/keep", ""},
        {"var/lib/keep", ""},
        {"etc/passwd", "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n"},
        {"etc/group", "root:x:0:\nuser:x:1000:\naudio:x:29:user\n"},
        {"etc/base.conf", "base\n"},
        {"etc/ssl/certs/ca-certificates.crt", "the owner's\n"},
        {"etc/skel/.profile", "# from skel\n"},
    };
    for (const auto* applet :
         {"sh",   "ls",      "cat",  "id",    "sleep", "kill", "env",   "touch", "hostname", "mount",
          "stat", "pwd",     "true", "false", "tty",   "ps",   "mkdir", "rm",    "find",     "readlink",
          "echo", "unshare", "ln",   "nohup", "pidof", "grep", "nice",  "sort",  "wc"}) {
        tree[std::string("usr/bin/") + applet] = "-> busybox";
    }
    return tree;
}

bool is_program(const std::string& content)
{
    return content.starts_with("#!") || content.starts_with("\x7f"
                                                            "ELF");
}

void write_tree(const fs::path& root, const Tree& tree)
{
    for (const auto& [name, content] : tree) {
        const auto path = root / name;
        fs::create_directories(path.parent_path());
        if (name.ends_with('/')) {
            continue;
        }
        if (content.starts_with("-> ")) {
            fs::create_symlink(content.substr(3), path);
            continue;
        }
        std::ofstream(path) << content;
        fs::permissions(path, static_cast<fs::perms>(is_program(content) ? 0755 : 0644));
    }
}

void make_image(const fs::path& tree, const fs::path& image)
{
    run_checked({.argv = {"mkfs.erofs", "--all-root", "-T0", image.string(), tree.string()}}, "make an image");
}

/// Made once for all tests of the process.
const fs::path& base_image()
{
    static const files::TemporaryDirectory directory(fs::temp_directory_path(), "qpkg-base-");
    static const fs::path image = [] {
        const auto tree = directory.path() / "tree";
        write_tree(tree, busybox_root());
        fs::copy_file("/bin/busybox", tree / "usr/bin/busybox");
        make_image(tree, directory.path() / "base.erofs");
        return directory.path() / "base.erofs";
    }();
    return image;
}

VolumeId numbered(unsigned number)
{
    auto hex = std::to_string(number);
    return *VolumeId::from_hex(hex.insert(0, 64 - hex.size(), '0'));
}

} // namespace

struct LocalQubes::Parts {
    local::LocalHypervisor hypervisor;
    VolumeId base = numbered(0);
};

LocalQubes::LocalQubes() : directory_(fs::temp_directory_path(), "qpkg-qubes-")
{
    fs::create_symlink(base_image(), image_path(numbered(0)));
    parts_ = std::make_unique<Parts>(Parts{local::LocalHypervisor({
        .root = directory_.path(),
        .volume_path =
            [this](const VolumeId& volume) {
                if (made_up && !fs::exists(image_path(volume))) {
                    make_up(volume);
                }
                return image_path(volume);
            },
        .programs = program_directory(),
    })});
}

LocalQubes::~LocalQubes() = default;

Hypervisor& LocalQubes::hypervisor() { return parts_->hypervisor; }
QubeRunner& LocalQubes::runner() { return parts_->hypervisor; }
const VolumeId& LocalQubes::base() const { return parts_->base; }

fs::path LocalQubes::image_path(const VolumeId& volume) const { return directory_.path() / (volume.hex() + ".erofs"); }

VolumeId LocalQubes::add_image(const Tree& tree)
{
    const auto volume = numbered(++images_);
    const auto folder = directory_.path() / ("tree" + std::to_string(images_));
    fs::create_directories(folder);
    write_tree(folder, tree);
    make_image(folder, image_path(volume));
    fs::remove_all(folder);
    return volume;
}

VolumeSlot LocalQubes::app(const std::string& id, Tree tree, const std::vector<Export>& exports)
{
    const auto app = AppId::require(id);
    tree[exports_path(app).substr(1)] = encode_exports(app, exports);
    return {app, "1.0-1", add_image(tree)};
}

VolumeSlot LocalQubes::bare_app(const std::string& id, const Tree& tree)
{
    return {AppId::require(id), "1.0-1", add_image(tree)};
}

VolumeSlot LocalQubes::broken_app(const std::string& id, const std::string& image)
{
    const auto volume = numbered(++images_);
    std::ofstream(image_path(volume)) << image;
    return {AppId::require(id), "1.0-1", volume};
}

/// Apps without programs; several in one composed volume.
void LocalQubes::make_up(const VolumeId& volume)
{
    Tree tree;
    const auto slots = made_up(volume);
    for (const auto& slot : slots) {
        const auto place = slots.size() > 1 ? composed_place(slot.app) + '/' : std::string();
        tree[place + exports_path(slot.app).substr(1)] = encode_exports(slot.app, {});
    }
    const files::TemporaryDirectory folder(directory_.path());
    fs::permissions(folder.path(), static_cast<fs::perms>(0755)); // it is the root of the image
    write_tree(folder.path(), tree);
    make_image(folder.path(), image_path(volume));
}

void LocalQubes::create(const QubeName& qube, std::vector<VolumeSlot> slots)
{
    hypervisor().create(qube, base());
    hypervisor().set_wanted(qube, slots, {});
}

Output run_in(LocalQubes& qubes, const QubeName& qube, std::vector<std::string> argv, RunAs user)
{
    const files::TemporaryDirectory directory(fs::temp_directory_path());
    const auto out = directory.path() / "out";
    const auto err = directory.path() / "err";
    const auto null = files::open("/dev/null", O_RDONLY);
    const auto out_fd = files::open(out, O_WRONLY | O_CREAT);
    const auto err_fd = files::open(err, O_WRONLY | O_CREAT);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(null.get(), STDIN_FILENO);
        ::dup2(out_fd.get(), STDOUT_FILENO);
        ::dup2(err_fd.get(), STDERR_FILENO);
        try {
            ::_exit(qubes.runner().run(qube, {std::move(argv), user}));
        } catch (const Error& error) {
            ::dprintf(STDERR_FILENO, "%s\n", error.what());
        }
        ::_exit(200);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            files::read_if_exists(out, largest_output).value_or(""),
            files::read_if_exists(err, largest_output).value_or("")};
}

RunningProgram::~RunningProgram()
{
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
}

int RunningProgram::wait()
{
    int status = 0;
    ::waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

RunningProgram start_in(LocalQubes& qubes, const QubeName& qube, std::vector<std::string> argv)
{
    const auto null = files::open("/dev/null", O_RDWR);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            ::dup2(null.get(), stream);
        }
        try {
            ::_exit(qubes.runner().run(qube, {std::move(argv), RunAs::user}));
        } catch (const Error&) {
            ::_exit(200);
        }
    }
    return RunningProgram(child);
}

Output shell_in(LocalQubes& qubes, const QubeName& qube, const std::string& text, RunAs user)
{
    return run_in(qubes, qube, {"sh", "-c", text}, user);
}

std::string traces_of(const LocalQubes& qubes)
{
    std::string traces;
    for (int tries = 0; tries < 100; ++tries) {
        traces.clear();
        const auto all = files::read("/proc/self/mountinfo", largest_output) + run({.argv = {"losetup", "-a"}}).output;
        for (const auto& line : text::split(all, '\n')) {
            const bool ours = line.find(qubes.directory().string()) != std::string::npos ||
                              line.find(base_image().parent_path().string()) != std::string::npos;
            traces += ours ? line + '\n' : "";
        }
        if (traces.empty()) {
            break;
        }
        ::usleep(50'000);
    }
    return traces;
}

} // namespace qpkg::testing
