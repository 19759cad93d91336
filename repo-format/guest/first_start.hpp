// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what an app makes in a qube stands in a file of the module. A cluster of a database or the keys of a host must
// not be the same on two machines, so they cannot be files of a module; the qube makes them, by programs of the module.
// The agent reads here which, with libc alone; the manifest says the same, so that a plan shows it to who is asked. The
// two are compared when a release becomes known (app/use/told_exports.hpp).
#pragma once

#include "qpkg/model/first_start.hpp"
#include "qpkg/model/id.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Normative text: repo-format/guest/first_start.md. libc only: the programs inside a qube read it.
namespace qpkg {

inline constexpr std::size_t largest_first_start = 64 * 1024; ///< bytes
inline constexpr std::size_t most_state_folders = 8;
inline constexpr std::size_t most_first_programs = 16;
inline constexpr std::size_t most_first_words = 64; ///< of one program
inline constexpr std::size_t longest_first_word = 1024;

/// "/usr/share/qpkg/org.postgresql/first-start": its place in the module of `app`.
std::string first_start_path(const AppId& app);

/// What is wrong, and with which member: "user", "state" or "run". The same rule for recipes, manifests and qubes.
struct FirstStartComplaint {
    std::string_view member;
    std::string what;
};
std::optional<FirstStartComplaint> complaint_about(const FirstStart& first);

/// Canonical bytes. Error usage for what no app may ask for.
std::string encode_first_start(const AppId& app, const FirstStart& first);

/// Errors: corrupt "first-start: …", unsupported (another format number).
FirstStart parse_first_start(std::string_view bytes, const AppId& app);

} // namespace qpkg
