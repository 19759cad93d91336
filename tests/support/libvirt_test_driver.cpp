// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/libvirt_test_driver.hpp"

#include "qpkg/core/error.hpp"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

namespace qpkg::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view end_of_devices = "</devices>";
constexpr std::size_t largest_config = 64 * 1024;

/// A test driver's world without domains.
std::string uri_of_node(const fs::path& folder)
{
    const auto file = folder / "node.xml";
    files::write(
        file, "<node><cpu><mhz>1000</mhz><model>i686</model><active>1</active></cpu><memory>8192000</memory></node>");
    return "test://" + file.string();
}

void must(bool worked, const std::string& what)
{
    if (!worked) {
        const auto* error = virGetLastError();
        throw Error(Code::bug, what + ": " + (error == nullptr ? "" : error->message));
    }
}

libvirt::LibvirtOptions options_in(const fs::path& folder)
{
    libvirt::LibvirtOptions options;
    options.root = folder / "root";
    options.volume_path = [=](const VolumeId& volume) { return folder / volume.hex(); };
    options.settings.kernel = folder / "kernel";
    options.settings.initramfs = folder / "initramfs";
    options.settings.disk = 8;
    options.unplug_patience = std::chrono::milliseconds(100);
    files::write(options.settings.kernel, "");
    files::write(options.settings.initramfs, "");
    return options;
}

} // namespace

TestDriver::TestDriver(const fs::path& folder) : Connection(uri_of_node(folder)) {}

void TestDriver::replace(const std::string& name, const std::string& live)
{
    stop(name);
    const Domain domain(virDomainCreateXML(open(), live.c_str(), 0));
    must(domain != nullptr, "replace " + name);
}

void TestDriver::plug(const std::string& name, const std::string& device)
{
    auto live = live_xml(name);
    live.insert(live.find(end_of_devices), device);
    replace(name, live);
}

void TestDriver::unplug(const std::string& name, const std::string& device)
{
    const auto asked = libvirt::read_domain("<domain><name/><devices>" + device + "</devices></domain>").disks.at(0);
    auto live = live_xml(name);
    const auto inside = live.find("<target dev='" + asked.target + "'");
    if (inside == std::string::npos) {
        throw Error(Code::failed, name + " has no such disk");
    }
    if (stubborn) {
        return;
    }
    const auto begin = live.rfind("<disk ", inside);
    const std::string_view end = "</disk>";
    live.erase(begin, live.find(end, inside) + end.size() - begin);
    replace(name, live);
}

void TestDriver::stop(const std::string& name)
{
    const auto domain = Connection::require(name);
    must(virDomainDestroy(domain.get()) == 0, "stop " + name);
}

std::set<std::string> ObedientGuest::refresh(const libvirt::Door& door)
{
    if (!answers) {
        throw Error(Code::failed, "the agent of " + door.qube.text() + " does not answer");
    }
    ++refreshes;
    on_refresh();
    return held;
}

int ObedientGuest::run(const libvirt::Door&, const RunRequest& request)
{
    runs.push_back(request);
    return 7;
}

LibvirtQubes::LibvirtQubes() : directory(fs::temp_directory_path())
{
    auto connection = std::make_unique<TestDriver>(directory.path());
    auto agent = std::make_unique<ObedientGuest>();
    driver = connection.get();
    guest = agent.get();
    hypervisor = std::make_unique<libvirt::LibvirtHypervisor>(options_in(directory.path()), std::move(connection),
                                                              std::move(agent));
}

void LibvirtQubes::stand_in(const VolumeId& volume) const { files::write(directory.path() / volume.hex(), ""); }

std::string LibvirtQubes::told(const QubeName& qube)
{
    const auto live = libvirt::read_domain(driver->live_xml(qube.text()));
    const auto text = files::read(live.announced(), largest_config);
    return text.substr(0, text.find('\0'));
}

} // namespace qpkg::testing
