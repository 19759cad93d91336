// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publish.hpp"

#include "app/publish/publication.hpp"
#include "engine/writer_lock.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

namespace qpkg::app {

PublishReport publish(const PublisherPorts& ports, const PublishRequest& request)
{
    return with_context("publish into " + request.repository.string(), [&] {
        const auto modules = read_modules(request.modules);
        KeyRing ring(request.keys, request.passphrase, request.agent);
        const auto private_folder = std::filesystem::absolute(request.repository) / ".publish";
        files::make_directories(private_folder);
        const auto lock = engine::WriterLock::take(private_folder, request.command);
        sweep_site(request.repository);
        return Publication(ports, request, modules, ring).run();
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
