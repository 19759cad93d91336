// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why names of buses and units have rules of their own. A file of an app is found by those who look for the app. A bus
// name or a unit is found by whoever asks for that name, without knowing whose it is: it reaches into other programs.
// So such a name is the app's own, by its id, or it stands in a list that a person sees.
#pragma once

#include "qpkg/model/id.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Names that others of a qube find an app by without asking for the app: those of buses and of units. Normative text:
/// repo-format/guest/exports.md. libc only: the programs inside a qube read it.
namespace qpkg {

/// "org.example.hello", "org.example.hello.Player" of the app org.example.hello.
bool is_bus_name_of(const AppId& app, std::string_view name);
/// "org.example.hello.service", "org.example.hello-worker.service".
bool is_service_of(const AppId& app, std::string_view name);

/// A name of a bus that other programs ask for whoever has it: secrets, settings, portals. No app is known by it.
bool is_relied_on(std::string_view bus_name);

/// Why no app may have the name; nothing: one may.
std::optional<std::string> complaint_about_bus_name(std::string_view name);
std::optional<std::string> complaint_about_service(std::string_view name);

} // namespace qpkg
