// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/role.hpp"

#include "adapters/archive/unpack.hpp"
#include "adapters/delta/apply.hpp"
#include "adapters/delta/fetch_delta.hpp"
#include "adapters/delta/make.hpp"
#include "adapters/fetch/directory_fetcher.hpp"
#include "adapters/fetch/http/http_fetcher.hpp"
#include "adapters/ostree/served/archive.hpp"
#include "adapters/ostree/served/archived_objects.hpp"
#include "adapters/ostree/served/incoming_compressed.hpp"
#include "adapters/sandbox/namespace_sandbox.hpp"
#include "adapters/zstd/packing.hpp"
#include "app/use/location_secrets.hpp"
#include "cli/full/commands.hpp"
#include "cli/sources/package_sources.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace qpkg::cli {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<Fetcher> make_http_fetcher(const Options& options, const Location& location)
{
    fetch::HttpLimits limits;
    limits.proxy = options.proxy;
    if (const char* set = std::getenv("QPKG_FETCH_WAIT_MILLISECONDS"); set != nullptr) {
        limits.retry.first_wait = std::chrono::milliseconds(std::max(1, std::atoi(set)));
    }
    if (options.stall_seconds > 0) {
        limits.connect_seconds = limits.stall_seconds = options.stall_seconds;
    }
    return std::make_unique<fetch::HttpFetcher>(app::LocationSecrets(options.root).complete(location), limits);
}

} // namespace

std::unique_ptr<Fetcher> make_site_fetcher(const Options& options, const Location& location)
{
    if (location.is_http()) {
        return make_http_fetcher(options, location);
    }
    const std::string file_scheme = "file://";
    const auto& shown = location.shown();
    const auto path = shown.starts_with(file_scheme) ? shown.substr(file_scheme.size()) : shown;
    if (path.find("://") != std::string::npos) {
        throw Error(Code::usage, shown + ": unknown kind of location", "use a directory or an http(s) URL");
    }
    return std::make_unique<fetch::DirectoryFetcher>(path);
}

ostree::Intake intake_of_role() { return ostree::inflating(); }

std::unique_ptr<Sandbox> make_sandbox(const Options& options)
{
    return std::make_unique<sandbox::NamespaceSandbox>(options.build);
}

void equip(app::World& world, const fs::path& guest_files)
{
    world.unpack = archive::unpack;
    world.open_archive = [](const fs::path& directory) { return std::make_unique<ostree::ArchivedObjects>(directory); };
    world.archive_repository = [](const fs::path& directory) { return std::make_unique<ostree::Archive>(directory); };
    world.apply_delta = [objects = world.root / "objects"](const DeltaJob& job, Fetcher& from, Progress& shown) {
        return delta::apply(objects, job, from, shown);
    };
    world.copy_delta = delta::copy;
    world.apply_copied_delta = delta::apply_copied;
    world.make_deltas = delta::make;
    world.pack_file = zstd::pack;
    world.unpack_file = zstd::unpack;
    world.guest_files = guest_files;
    world.package_sources = package_sources();
}

std::vector<Command> commands_of_role(Context& context)
{
    std::vector<Command> commands;
    for (auto* make : {base_build_command,   base_check_command,     base_import_command,
                       build_command,        rebuild_command,        key_new_command,
                       key_show_command,     key_rotate_command,     root_init_command,
                       root_add_sig_command, root_rotate_command,    publish_command,
                       sign_command,         vault_serve_command,    vault_log_command,
                       mirror_sync_command,  mirror_verify_command,  bundle_create_command,
                       bundle_send_command,  bundle_inspect_command, repo_stock_config_command,
                       owns_command,         setup_command,          outdated_command,
                       ci_command,           promote_command,        accept_command}) {
        commands.push_back(make(context));
    }
    return commands;
}

} // namespace qpkg::cli
