// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/backends.hpp"

#include "adapters/libvirt/agent_guest.hpp"
#include "adapters/libvirt/libvirt_hypervisor.hpp"

#include <cstdlib>

namespace qpkg::cli {
namespace {

Backend make_libvirt(const BackendWorld& world)
{
    const char* elsewhere = std::getenv("QPKG_LIBVIRT_CONFIG");
    const auto settings =
        libvirt::load_settings(elsewhere == nullptr ? "/etc/qpkg/libvirt.toml" : elsewhere, world.root);
    libvirt::LibvirtOptions options{
        .root = world.root,
        .volume_path = [&volumes = world.volumes](const VolumeId& volume) { return volumes.path(volume); },
        .settings = settings};
    return Backend(std::make_unique<libvirt::LibvirtHypervisor>(
        std::move(options), std::make_unique<libvirt::Connection>(settings.uri),
        std::make_unique<libvirt::AgentGuest>(libvirt::AgentGuest::Patience{settings.start, settings.refresh})));
}

} // namespace

std::vector<BackendRow> backends_of_role() { return {{"libvirt", make_libvirt}}; }

} // namespace qpkg::cli
