// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publish.hpp"

#include "app/publish/pruning.hpp"
#include "app/publish/publication.hpp"
#include "engine/writer_lock.hpp"
#include "signing/sign.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

namespace qpkg::app {
namespace {

/// What could be published is published, whatever comes of this.
void prune(const PublisherPorts& ports, const PublishRequest& request, KeyRing& ring, PublishReport& report)
{
    try {
        report.pruned = prune_site(ports, request.repository,
                                   [&] { return std::make_unique<trust::OstreeSigner>(ring.secret("ostree")); });
    } catch (const Error& error) {
        if (error.code() == Code::interrupted || error.code() == Code::bug) {
            throw;
        }
        report.notes.emplace_back(error.what());
    }
}

} // namespace

PublishReport publish(const PublisherPorts& ports, const PublishRequest& request)
{
    return with_context("publish into " + request.repository.string(), [&] {
        const auto modules = read_modules(request.modules);
        KeyRing ring(request.keys, request.passphrase, request.agent);
        const auto private_folder = std::filesystem::absolute(request.repository) / ".publish";
        files::make_directories(private_folder);
        const auto lock = engine::WriterLock::take(private_folder, request.command);
        sweep_site(request.repository);
        auto report = Publication(ports, request, modules, ring).run();
        if (request.retention && !request.prepare) {
            prune(ports, request, ring, report);
        }
        return report;
    });
}

PublishReport plan_publication(const PublisherPorts& ports, const PublishRequest& request)
{
    return with_context("publish into " + request.repository.string(), [&] {
        const auto modules = read_modules(request.modules);
        KeyRing ring(request.keys, std::nullopt, request.agent);
        return Publication(ports, request, modules, ring).look();
    });
}

} // namespace qpkg::app
