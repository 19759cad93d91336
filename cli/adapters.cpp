// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/adapters.hpp"

#include "adapters/erofs/volume_store.hpp"
#include "adapters/ostree/content_store.hpp"
#include "adapters/sqlite/database.hpp"
#include "app/import/buffered_trust.hpp"
#include "app/import/bundle_file.hpp"
#include "app/use/location_secrets.hpp"
#include "app/use/loss.hpp"
#include "cli/backends.hpp"
#include "cli/progress.hpp"
#include "cli/role.hpp"

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

} // namespace

struct Adapters::Set {
    /// A reader of a file that is not there has no rows, and makes none.
    static fs::path database_in(const fs::path& root, Records records)
    {
        return root / (records == Records::read ? "state.db" : "state.db.overlooked");
    }

    Set(const Options& options, Records records)
        : root(fs::absolute(options.root)), database(database_in(root, records), sqlite::Access::read), trust(database),
          content(root / "objects", intake_of_role(), ostree::OstreeContentStore::Absent::leave),
          volumes(root / "volumes", content),
          backend(make_backend(options.backend, {root, guest_tree() / "usr/libexec/qpkg", database, volumes})),
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

Adapters::Adapters(const Options& options, Records records) : set_(std::make_unique<Set>(options, records)) {}

Adapters::~Adapters() = default;

app::World& Adapters::world() { return set_->world; }

bool Adapters::has_news() const { return set_->trust.has_news(); }

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
