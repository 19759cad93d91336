// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/adapters.hpp"

#include "adapters/erofs/volume_store.hpp"
#include "adapters/local/local_hypervisor.hpp"
#include "adapters/ostree/content_store.hpp"
#include "adapters/qubes/qubes_hypervisor.hpp"
#include "adapters/sqlite/database.hpp"
#include "app/import/buffered_trust.hpp"
#include "app/import/bundle_file.hpp"
#include "app/use/location_secrets.hpp"
#include "app/use/loss.hpp"
#include "cli/progress.hpp"
#include "cli/role.hpp"
#include "plan/activation.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <chrono>

namespace qpkg::cli {
namespace {

namespace fs = std::filesystem;

class SystemClock final : public Clock {
public:
    std::int64_t now() const override
    {
        const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
    }
};

/// What the root of a qube needs of qpkg: beside this program while it is not installed.
fs::path guest_tree()
{
    const auto beside = fs::read_symlink("/proc/self/exe").parent_path() / "guest";
    return fs::exists(beside) ? beside : fs::path(QPKG_GUEST_TREE);
}

/// qpkg-agent and qpkg-run.
fs::path programs_directory() { return guest_tree() / "usr/libexec/qpkg"; }

/// What runs now is no part of the state: it must be told on a full or read-only disk, too, and end with the machine.
fs::path runtime_directory(const fs::path& root)
{
    return "/run/qpkg/local-" + sha256(fs::weakly_canonical(root).string()).hex().substr(0, 16);
}

std::unique_ptr<Fetcher> make_fetcher(const Options& options, const std::string& place)
{
    const auto location = Location::require(place);
    if (!location.is_http() && fs::is_regular_file(location.shown())) {
        return std::make_unique<app::BundleFile>(app::BundleFile::open(location.shown()));
    }
    return make_site_fetcher(options, location);
}

std::unique_ptr<ContentStore> open_content(const fs::path& directory)
{
    return std::make_unique<ostree::OstreeContentStore>(directory, intake_of_role());
}

std::unique_ptr<VolumeStore> open_volumes(ContentStore& content, const fs::path& directory)
{
    return std::make_unique<erofs::ErofsVolumeStore>(directory, content);
}

/// What a volume holds, as far as any record says.
std::vector<VolumeSlot> known_slots(const StateDb& database, const VolumeId& volume)
{
    const auto snapshot = database.snapshot();
    for (const auto& [id, known] : snapshot.releases) {
        const auto& release = known.release;
        if (release.volume.root == volume) {
            return {{release.app, release.version, volume}};
        }
    }
    for (const auto& qube : snapshot.qubes) {
        for (const auto& generation : qube.generations) {
            if (generation.composed == volume) {
                return plan::slots_of(snapshot, generation);
            }
        }
    }
    return {};
}

std::unique_ptr<qubes::QubesHypervisor> make_qubes(const fs::path& root, const StateDb& database,
                                                   const VolumeStore& volumes)
{
    qubes::QubesOptions options{.root = root,
                                .volume_path = [&](const VolumeId& volume) { return volumes.path(volume); },
                                .known_slots = [&](const VolumeId& volume) { return known_slots(database, volume); }};
    // Where tests put stand-ins.
    const auto from_environment = [](const char* name, auto& value) {
        if (const char* set = std::getenv(name); set != nullptr) {
            value = set;
        }
    };
    from_environment("QPKG_QUBESD_SOCKET", options.socket);
    from_environment("QPKG_QREXEC_CLIENT", options.qrexec_client);
    from_environment("QPKG_LOSETUP", options.losetup);
    from_environment("QPKG_SYNC_APPMENUS", options.sync_appmenus);
    from_environment("QPKG_SYSTEM", options.system);
    if (const char* set = std::getenv("QPKG_QUBESD_SECONDS"); set != nullptr) {
        options.patience = std::chrono::seconds(std::max(1, std::atoi(set)));
    }
    return std::make_unique<qubes::QubesHypervisor>(std::move(options));
}

Backend make_backend(const std::string& name, const fs::path& root, const StateDb& database, const VolumeStore& volumes)
{
    if (name == "local") {
        return Backend(std::make_unique<local::LocalHypervisor>(
            local::LocalOptions{root, [&](const VolumeId& volume) { return volumes.path(volume); },
                                programs_directory(), runtime_directory(root)}));
    }
    if (name == "qubes") {
        return Backend(make_qubes(root, database, volumes));
    }
    return make_backend_of_role(name, root, volumes);
}

} // namespace

struct Adapters::Set {
    explicit Set(const Options& options)
        : root(fs::absolute(options.root)), database(root / "state.db", sqlite::Access::read), trust(database),
          content(root / "objects", intake_of_role(), ostree::OstreeContentStore::Absent::leave),
          volumes(root / "volumes", content), backend(make_backend(options.backend, root, database, volumes)),
          sandbox(make_sandbox(options)),
          progress(make_progress(options)), world{.root = root,
                                                  .db = database,
                                                  .trust = trust,
                                                  .content = content,
                                                  .volumes = volumes,
                                                  .hypervisor = *backend.hypervisor,
                                                  .runner = *backend.runner,
                                                  .sandbox = *sandbox,
                                                  .clock = clock,
                                                  .progress = *progress,
                                                  .fetcher =
                                                      [options](const std::string& location) {
                                                          return make_fetcher(options, location);
                                                      },
                                                  .open_content = open_content,
                                                  .open_volumes = open_volumes}
    {
        equip(world, guest_tree());
    }

    fs::path root;
    sqlite::Database database;
    app::BufferedTrust trust;
    ostree::OstreeContentStore content;
    erofs::ErofsVolumeStore volumes;
    Backend backend;
    std::unique_ptr<Sandbox> sandbox;
    SystemClock clock;
    std::unique_ptr<Progress> progress;
    app::World world;
};

Adapters::Adapters(const Options& options) : set_(std::make_unique<Set>(options)) {}

Adapters::~Adapters() = default;

app::World& Adapters::world() { return set_->world; }

void Adapters::stop_writing() { set_->trust.hold_back(); }

void Adapters::make_fetchable() { set_->content.make_if_absent(); }

void Adapters::make_writable()
{
    const auto file = set_->root / "state.db";
    const bool is_new = !fs::exists(file) || fs::file_size(file) == 0;
    set_->database.open_for_writing();
    set_->content.make_if_absent();
    set_->trust.write_through();
    if (is_new) {
        app::mark_loss(set_->world);
    }
}

} // namespace qpkg::cli
