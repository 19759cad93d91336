// SPDX-License-Identifier: LGPL-2.1-or-later

// `qpkg build` at another time: every program in the sandbox, and qpkg itself, sees a clock that starts at SECONDS.
// Package managers and scripts are told through libfaketime, put into each sandbox as a layer of its own.

#include "app/make/build.hpp"
#include "cli/adapters.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <cstdlib>
#include <iostream>
#include <span>

using namespace qpkg;
namespace fs = std::filesystem;

namespace {

constexpr const char* library = "/usr/lib/qpkg-test/libfaketime.so.1";

class SandboxAt final : public Sandbox {
public:
    SandboxAt(Sandbox& real, fs::path layer, std::int64_t seconds)
        : real_(real), layer_(std::move(layer)), seconds_(seconds)
    {
    }

    CommandResult run(const SandboxRun& request) override
    {
        const bool is_test = request.command.argv.at(0) == "/bin/sh"; // runs as a user, whom libfaketime does not serve
        if (is_test) {
            return real_.run(request);
        }
        auto changed = request;
        changed.lower.insert(changed.lower.begin(), layer_);
        require_other_time(changed);
        return real_.run(changed);
    }
    Fd open_root(const fs::path& image) override { return real_.open_root(image); }

private:
    /// A layer that has no effect would make this test pass for nothing.
    void require_other_time(SandboxRun request)
    {
        const files::TemporaryDirectory place(request.upper.parent_path());
        request.upper = place.path() / "upper";
        request.work = place.path() / "work";
        fs::create_directory(request.upper);
        fs::create_directory(request.work);
        request.command.argv = {"date", "+%s"};
        const auto seen = std::atoll(real_.run(request).output.c_str());
        const std::int64_t an_hour = 3600;
        if (seen < seconds_ || seen > seconds_ + an_hour) {
            throw Error(Code::failed, "the sandbox's clock says " + std::to_string(seen));
        }
    }

    Sandbox& real_;
    fs::path layer_;
    std::int64_t seconds_;
};

class ClockAt final : public Clock {
public:
    explicit ClockAt(std::int64_t now) : now_(now) {}

    std::int64_t now() const override { return now_; }

private:
    std::int64_t now_;
};

void make_layer(const fs::path& layer, const std::string& seconds, const fs::path& libfaketime)
{
    fs::create_directories(layer / "usr/lib/qpkg-test");
    fs::create_directories(layer / "etc");
    fs::copy_file(libfaketime, layer / fs::path(library).relative_path());
    // A file, not a variable: it reaches programs that clean their environment too.
    files::write(layer / "etc/ld.so.preload", std::string(library) + '\n', 0644, files::Durability::scratch);
    const auto now = std::string("date -u -d @") + seconds + " '+@%Y-%m-%d %H:%M:%S'";
    files::write(layer / "etc/faketimerc", run_checked({.argv = {"sh", "-c", now}}, "date").output, 0644,
                 files::Durability::scratch);
    for (const auto* place : {"", "usr", "usr/lib", "usr/lib/qpkg-test", "etc"}) {
        fs::permissions(layer / place, fs::perms{0755});
    }
}

void build_at(std::span<char*> words)
{
    cli::Options options;
    options.root = words[0];
    cli::Adapters adapters(options);
    auto& world = adapters.world();
    const files::TemporaryDirectory layer(world.root);
    make_layer(layer.path(), words[1], words[2]);
    const std::int64_t seconds = std::atoll(words[1]);
    SandboxAt sandbox(world.sandbox, layer.path(), seconds);
    ClockAt clock(seconds);
    app::World then{.root = world.root,
                    .db = world.db,
                    .trust = world.trust,
                    .content = world.content,
                    .volumes = world.volumes,
                    .hypervisor = world.hypervisor,
                    .runner = world.runner,
                    .sandbox = sandbox,
                    .clock = clock,
                    .progress = world.progress,
                    .fetcher = world.fetcher,
                    .open_content = world.open_content,
                    .open_volumes = world.open_volumes,
                    .unpack = world.unpack,
                    .archive_repository = world.archive_repository,
                    .pack_file = world.pack_file,
                    .package_sources = world.package_sources};
    const auto report = app::build_module(then, {.from = words[3], .base = {}, .out = words[4], .lock = words[5]});
    std::cout << report.release.tree.commit.hex() << ' ' << report.release.volume.root.hex() << '\n';
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 7) {
        std::cerr << "usage: build-at ROOT SECONDS LIBFAKETIME RECIPE OUT LOCK\n";
        return 2;
    }
    try {
        build_at(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "build-at: " << error.what() << '\n';
        return 1;
    }
}
