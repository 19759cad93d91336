// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why modules' tmpfiles.d is read by rules of our own. Packages leave the making of folders below /run to systemd,
// which makes, as root and anywhere, whatever a line says: devices, links in place of what was there, folders of
// others, setuid. From a module that would be the way out of its view. Here a line may only make a folder of the app's
// own, and what lies in it. What else packages write (rules for ages, contents, attributes) is listed and left out. The
// build lists it, and the agent does not rely on that.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg {

inline constexpr std::size_t largest_tmpfiles = 64 * 1024; ///< bytes of a file
inline constexpr std::size_t most_tmpfiles = 256;          ///< things that one file makes

/// Something that a qube makes when it shows an app.
struct Tmpfile {
    enum class Kind { directory, file, link };

    Kind kind;
    std::string path; ///< "/run/screen" or below, "/var/lib/NAME" of the app's state or below; printable ASCII, no step
                      ///< is "." or ".."
    unsigned mode;
    std::string user;
    std::string group;
    std::string target = {}; ///< of a link: it does not leave the first folder of `path`

    friend bool operator==(const Tmpfile&, const Tmpfile&) = default;
};

struct Tmpfiles {
    std::vector<Tmpfile> made;        ///< in the order of the lines
    std::vector<std::string> refused; ///< "line 3: type z: only d, D, f and L are known"
};

/// What the lines of a tmpfiles.d file (tmpfiles.d(5)) ask for, as far as a module may: types d, D, f without contents
/// and L; below a folder of /run, /var/cache or /var/log, or of /var/lib when it is one of the app's `state`; no
/// modifiers, specifiers, quotes; of the special modes only 1777, and 2775 below /run. Ages are not read: a qube's /run
/// and /var end with it.
Tmpfiles parse_tmpfiles(std::string_view text, const std::vector<std::string>& state = {});

/// "/run/screen" of "/run/screen/S-user": whose that is decides who may make what lies below. Empty for other paths.
std::string_view first_folder(std::string_view path);

/// The paths that the lines of a base's tmpfiles.d file speak of, whatever they do, with /run for /var/run.
std::vector<std::string> tmpfiles_paths(std::string_view text);

} // namespace qpkg
