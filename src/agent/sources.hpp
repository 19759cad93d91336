// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the agent believes one source. A qube may be told of its volumes by files of its host, by QubesDB, by a config
// disk, or on the kernel's command line. The first of these that is there counts, alone. Merged, two sources that
// disagree would give a third state that nobody asked for, and whoever controls the weaker one could add to the
// stronger. A source that is there and says nothing means that there are no volumes; no source at all means that nobody
// said so, and nothing is changed.
//
// A disk that was attached a moment ago may not be there yet, so announced disks are waited for, a few seconds.
#pragma once

#include "agent/announcements.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>

/// The sources of repo-format/guest/announcement.md. Each read function gives nothing when its source is not there.
namespace qpkg::agent {

/// Where the agent looks; tests put something else there.
struct Surroundings {
    std::filesystem::path announced = "/run/qpkg/announced";
    std::filesystem::path qubesdb = "/usr/bin/qubesdb-multiread";
    std::filesystem::path sys = "/sys";
    std::filesystem::path dev = "/dev";
    std::filesystem::path kernel_line = "/proc/cmdline";
    std::chrono::milliseconds patience{5000}; ///< how long an announced disk may take to appear
};

std::optional<Notices> read_directory(const Surroundings&);
/// Error failed when QubesDB does not answer.
std::optional<Notices> read_qubesdb(const Surroundings&);
std::optional<Notices> read_config_disk(const Surroundings&);
std::optional<Notices> read_kernel_line(const Surroundings&);

/// The two lines of one file of the directory. Error corrupt.
Notice parse_directory_file(std::string slot, std::string_view bytes);
/// What qubesdb-multiread prints of /vm-config/qpkg-.
Notices parse_qubesdb(std::string_view printed);
/// The text of a config disk, without what follows it.
Notices parse_config_disk(std::string_view text);
/// The kernel's command line; nothing when no word of it is ours.
std::optional<Notices> parse_kernel_line(std::string_view line);

/// What the first source that is there says, once the disks it names are there or patience ends; nothing when there is
/// no source: nobody said that there are no volumes.
std::optional<Announcements> read_announcements(const Surroundings&);

} // namespace qpkg::agent
