// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What the data of the Admin API's answers says. All of it comes from outside: what does not look as documented is
/// Error corrupt, and so is a list whose last line is cut short.
namespace qpkg::qubes {

struct Domain {
    QubeName name;
    std::string kind;  ///< "AppVM", "DispVM", "TemplateVM", "StandaloneVM", …
    std::string state; ///< "Running", "Halted", "Transient", "Paused", …
    std::string uuid;  ///< stays when everything else changes; a new qube of an old name has another

    /// It has disks. Also while it starts ("Transient", until its qrexec answers) or is paused.
    bool is_running() const { return state != "Halted" && state != "Crashed" && state != "Dying" && state != "NA"; }
    /// Its agent can be asked.
    bool answers() const { return state == "Running"; }
    bool is_disposable() const { return kind == "DispVM"; }

    friend bool operator==(const Domain&, const Domain&) = default;
};

/// admin.vm.List, ascending by name and without dom0: lines "NAME class=C state=S uuid=…".
std::vector<Domain> parse_domains(std::string_view data);

/// admin.vm.feature.List: a name per line.
std::vector<std::string> parse_names(std::string_view data);

/// admin.vm.property.Get of a qube: "default=False type=vm NAME".
QubeName parse_qube_property(std::string_view data);

/// The same of a property that may be no qube: nothing behind "type=vm " (qubesadmin/base.py, _parse_type_value).
bool is_no_qube(std::string_view data);

struct Device {
    std::string backend;                           ///< "dom0"
    std::string port;                              ///< "loop4001"
    std::map<std::string, std::string> properties; ///< "serial", "_frontend-dev", …

    friend bool operator==(const Device&, const Device&) = default;
};

/// admin.vm.device.block.Attached and Available: lines "BACKEND+PORT:DEVICE_ID KEY='VALUE' …", where a backslash in a
/// value stands before a quote or a backslash. Available leaves "BACKEND+" out and says `backend_domain` alone.
std::vector<Device> parse_devices(std::string_view data);

} // namespace qpkg::qubes
