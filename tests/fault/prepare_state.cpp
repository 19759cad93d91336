// SPDX-License-Identifier: LGPL-2.1-or-later

// prepare-state DIRECTORY: a small base in DIRECTORY/root, and modules in DIRECTORY/modules as `qpkg build` leaves
// them: hello-1, hello-2 (most files are those of hello-1) and tool-1. No network, no packages, a second instead of
// minutes.

#include "adapters/erofs/volume_store.hpp"
#include "adapters/ostree/content_store.hpp"
#include "adapters/ostree/served/archive.hpp"
#include "adapters/ostree/served/incoming_compressed.hpp"
#include "adapters/sqlite/database.hpp"
#include "adapters/zstd/packing.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/owners.hpp"
#include "support/releases.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/model/commit_identity.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <map>

namespace {

using namespace qpkg;
namespace fs = std::filesystem;

constexpr std::int64_t built = 1767225600; // seconds since 1970, as in a_release()

using Tree = std::map<std::string, std::string>; // path → content

void make_directory(const fs::path& path)
{
    fs::create_directories(path);
    if (::chmod(path.c_str(), 0755) != 0) {
        throw system_error("set the mode of " + path.string(), errno);
    }
}

void write_tree(const fs::path& root, const Tree& tree)
{
    make_directory(root);
    for (const auto& [name, content] : tree) {
        auto directory = root;
        for (const auto& part : fs::path(name).parent_path()) {
            directory /= part;
            make_directory(directory);
        }
        files::write(root / name, content, name.starts_with("usr/bin/") ? 0755 : 0644, files::Durability::scratch);
    }
}

/// `blocks` file system blocks, all different: content that a volume shares with the object store.
std::string data(const std::string& word, int blocks)
{
    std::string bytes;
    for (int i = 0; i < blocks; ++i) {
        auto block = word + std::to_string(i);
        block.resize(4096, '.');
        bytes += block;
    }
    return bytes;
}

class Workshop {
public:
    explicit Workshop(const fs::path& directory)
        : directory_(directory), scratch_(directory, "scratch-"), content_(scratch_.path() / "objects"),
          volumes_(scratch_.path() / "volumes", content_)
    {
    }

    CommitId make_base() const
    {
        const auto tree = scratch_.path() / "base";
        write_tree(tree, {{"usr/bin/sh", "not a shell"}, {"etc/os-release", "ID=tiny\nVERSION_ID=1\n"}});
        const auto root = directory_ / "root";
        files::make_directories(root);
        ostree::OstreeContentStore content(root / "objects", ostree::inflating());
        erofs::ErofsVolumeStore volumes(root / "volumes", content);
        NoProgress quiet;
        const auto commit = content.commit_tree({tree, "base/tiny-1", "tiny-1", built, {}}, quiet).commit;
        const VolumePart part{commit, ""};
        const auto volume = volumes.build({&part, 1}, std::nullopt, quiet).volume;
        sqlite::Database database(root / "state.db");
        const Change change = SetBase{{.id = BaseId::require("tiny-1"),
                                       .commit = commit,
                                       .volume = volume.root,
                                       .volume_size = volume.size,
                                       .level = 1,
                                       .created = built,
                                       .packages = {}}};
        database.commit({&change, 1});
        return commit;
    }

    void make_module(const std::string& name, const std::string& version, const CommitId& base, Tree tree)
    {
        tree.emplace("usr/bin/" + name, "#!/bin/sh\necho " + version + '\n');
        const auto module = directory_ / "modules" / (name + '-' + version);
        const auto source = scratch_.path() / (name + '-' + version);
        write_tree(source, tree);
        fs::create_directories(module);

        auto release = testing::a_release("org.example." + name, 0);
        release.version = version;
        release.base = BaseId::require("tiny-1");
        release.inputs.base = base;
        release.exports = {{ExportKind::command, name, "/usr/bin/" + name}};
        NoProgress quiet;
        const auto summary =
            content_.commit_tree({source, release.tree.ref, version, built,
                                  commit_identity(release.app, release.arch, release.base, release.version)},
                                 quiet);
        ostree::Archive(module / "ostree")
            .add(summary.commit, scratch_.path() / "objects", release.tree.ref, nullptr, quiet);
        release.tree.commit = summary.commit;
        release.tree.objects = summary.objects;
        release.tree.size = summary.size;
        release.tree.archive_size = 0;
        const VolumePart part{summary.commit, ""};
        release.volume = volumes_.measure({&part, 1});
        // What a module says of itself differs from release to release.
        release.details =
            write_packed(module / packed_details_file,
                         encode_details({.packages = {{name, version, "amd64", sha256(version), name, version}}}));
        release.owners = write_packed(module / packed_owners_file, encode_owners({{"/usr/bin/" + name, name}}, {}));
        // The words whose digests a_release() names.
        files::write(module / "module.toml", "recipe");
        files::write(module / "module.lock", "lock");
        files::write(module / "manifest.json", encode_manifest(release));
    }

private:
    static PinnedFile write_packed(const fs::path& file, const std::string& raw)
    {
        const auto packed = zstd::pack(raw);
        files::write(file, packed);
        return {sha256(raw), raw.size(), sha256(packed), packed.size()};
    }

    fs::path directory_;
    files::TemporaryDirectory scratch_;
    ostree::OstreeContentStore content_;
    erofs::ErofsVolumeStore volumes_;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
        return 2;
    }
    try {
        Workshop workshop{fs::path(argv[1])};
        const auto base = workshop.make_base();
        const Tree common = {{"usr/share/hello/large", data("large", 256)}, {"usr/share/hello/small", "small"}};
        auto next = common;
        next.emplace("usr/share/hello/new", data("new", 64));
        workshop.make_module("hello", "1", base, common);
        workshop.make_module("hello", "2", base, next);
        workshop.make_module("tool", "1", base, {{"usr/share/tool/large", data("tool", 128)}});
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
