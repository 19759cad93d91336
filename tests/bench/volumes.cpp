// SPDX-License-Identifier: LGPL-2.1-or-later
// The object store and volume writer as a program, for tests/bench/volumes.sh and tests/integration/real_apps.sh.
#include "adapters/erofs/volume_store.hpp"
#include "adapters/ostree/content_store.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/model/volume_slot.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

using namespace qpkg;

namespace {

using Arguments = std::vector<std::string>;

CommitId commit_id(const std::string& hex)
{
    const auto id = CommitId::from_hex(hex);
    if (!id) {
        throw Error(Code::usage, hex + " is not a commit id");
    }
    return *id;
}

/// commit STORE TREE → commit, objects, size
void commit(const Arguments& arguments)
{
    NoProgress quiet;
    ostree::OstreeContentStore store(arguments.at(0));
    const auto made = store.commit_tree({.tree = arguments.at(1),
                                         .ref = "app/org.example.bench/x86_64/stable",
                                         .subject = "bench",
                                         .timestamp = 1'700'000'000,
                                         .metadata = {}},
                                        quiet);
    std::printf("%s %lu %lu\n", made.commit.hex().c_str(), made.objects, made.size);
}

void build(const Arguments& arguments, const std::vector<VolumePart>& parts, const std::optional<VolumeId>& expected)
{
    NoProgress quiet;
    const ostree::OstreeContentStore store(arguments.at(0));
    erofs::ErofsVolumeStore volumes(arguments.at(1), store);
    const auto report = volumes.build(parts, expected, quiet);
    std::printf("%s %lu %lu %lu\n", report.volume.root.hex().c_str(), report.volume.size, report.shared,
                report.written);
}

/// build STORE VOLUMES COMMIT [ROOT] → root, size, shared, written
void build(const Arguments& arguments)
{
    const auto expected = arguments.size() > 3 ? VolumeId::from_hex(arguments.at(3)) : std::nullopt;
    build(arguments, {{commit_id(arguments.at(2)), ""}}, expected);
}

/// compose STORE VOLUMES COMMIT... → root, size, shared, written
void compose(const Arguments& arguments)
{
    std::vector<VolumePart> parts;
    for (std::size_t i = 2; i < arguments.size(); ++i) {
        const auto app = AppId::require("org.example.app" + std::to_string(i));
        parts.push_back({commit_id(arguments[i]), composed_place(app)});
    }
    build(arguments, parts, std::nullopt);
}

/// verify STORE VOLUMES ROOT
void verify(const Arguments& arguments)
{
    NoProgress quiet;
    const ostree::OstreeContentStore store(arguments.at(0));
    const erofs::ErofsVolumeStore volumes(arguments.at(1), store);
    volumes.verify(*VolumeId::from_hex(arguments.at(2)), quiet);
}

/// exclusive STORE VOLUMES ROOT → bytes
void exclusive(const Arguments& arguments)
{
    const ostree::OstreeContentStore store(arguments.at(0));
    const erofs::ErofsVolumeStore volumes(arguments.at(1), store);
    std::printf("%lu\n", volumes.exclusive_size(*VolumeId::from_hex(arguments.at(2))));
}

/// floor STORE COMMIT FILE METADATA: what no writer can avoid: that many bytes written, one clone per large file.
void floor(const Arguments& arguments)
{
    const ostree::OstreeContentStore store(arguments.at(0));
    const auto reader = store.open_commit(commit_id(arguments.at(1)));
    std::vector<std::pair<Fd, std::uint64_t>> sources;
    for (std::uint32_t i = 0; i < reader->tree().objects.size(); ++i) {
        const auto whole = reader->tree().objects[i].size / 4096 * 4096;
        if (whole > 0 && reader->tree().objects[i].kind == NodeKind::file) {
            sources.emplace_back(reader->open(i), whole);
        }
    }
    struct timespec before {
    }, after{};
    ::clock_gettime(CLOCK_MONOTONIC, &before);
    const auto target = files::open(arguments.at(2), O_RDWR | O_CREAT | O_TRUNC);
    const auto metadata = std::stoull(arguments.at(3)) / 4096 * 4096;
    const std::string piece(1024 * 1024, 'm');
    for (std::uint64_t at = 0; at < metadata; at += piece.size()) {
        files::write_all(target.get(), std::string_view(piece).substr(0, metadata - at));
    }
    auto position = metadata;
    for (const auto& [fd, length] : sources) {
        struct file_clone_range range {
            fd.get(), 0, length, position
        };
        if (::ioctl(target.get(), FICLONERANGE, &range) != 0) {
            throw system_error("clone", errno);
        }
        position += length;
    }
    ::clock_gettime(CLOCK_MONOTONIC, &after);
    std::printf("%lu %.1f\n", sources.size(),
                static_cast<double>(after.tv_sec - before.tv_sec) * 1e3 +
                    static_cast<double>(after.tv_nsec - before.tv_nsec) / 1e6);
}

int run(const std::string& name, const Arguments& arguments)
{
    static const std::map<std::string, void (*)(const Arguments&)> commands{
        {"commit", commit}, {"build", build},         {"compose", compose},
        {"verify", verify}, {"exclusive", exclusive}, {"floor", floor}};
    const auto command = commands.find(name);
    if (command == commands.end()) {
        std::fprintf(stderr, "usage: bench-volumes commit|build|compose|verify|exclusive|floor ARGUMENT...\n");
        return 2;
    }
    command->second(arguments);
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    std::fprintf(stderr, "peak memory %ld KiB\n", usage.ru_maxrss);
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc > 1 ? argv[1] : "", argc > 2 ? Arguments(argv + 2, argv + argc) : Arguments());
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return static_cast<int>(error.code());
    }
}
