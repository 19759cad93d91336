// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/dbus_service.hpp"

#include "qpkg/core/key_value_file.hpp"

namespace qpkg::agent {
namespace {

constexpr std::string_view only_group = "[D-BUS Service]";
constexpr std::string_view no_program = "/bin/false"; ///< says: a systemd unit is the only way to start it

} // namespace

std::string dbus_service_for_the_qube(std::string_view bytes, const std::string& name, const AppId& app,
                                      const std::filesystem::path& runner)
{
    std::string_view program;
    std::string_view named;
    std::size_t last = 1;
    for (const auto& line : read_key_value_file(bytes)) {
        last = line.number;
        if (!line.group.empty() && line.group != only_group) {
            throw broken_line(line.number, "expected [D-BUS Service]");
        }
        if (line.key == "Name") {
            named = line.value;
        }
        if (line.key == "Exec") {
            program = line.value;
        }
    }
    if (named != name) {
        throw broken_line(last, "is of another name, expected " + name);
    }
    if (program.empty() || program.ends_with(no_program)) {
        throw broken_line(last, "names no program");
    }
    return std::string(only_group) + "\nName=" + name + "\nExec=" + runner.string() + " --view=" + app.text() + ' ' +
           std::string(program) + '\n';
}

} // namespace qpkg::agent
