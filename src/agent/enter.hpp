// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why entering a view needs no rights. A setuid program would be a door for everybody in the qube. An ordinary user
// makes a user namespace that knows his own number and nobody else's, so no program takes him for root, and binds the
// view's trees over the root in there. The namespace follows the qube's mounts: an app that is added later can be
// started from inside, and nothing travels back.
#pragma once

#include "agent/qube_paths.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::agent {

/// What `qpkg-run` was asked for.
struct Invocation {
    AppId app;
    std::optional<std::string> command; ///< an exported one; nothing: the first of `words` is any program of the view
    std::vector<std::string> words;     ///< arguments, with the program first when `command` is not set
};

/// `APP COMMAND ARG…`, `--view=APP PROGRAM ARG…`, or what the kernel makes of a launcher's first line:
/// `--launch=APP:COMMAND SCRIPT ARG…`. Error usage.
Invocation parse_invocation(const std::vector<std::string>& words);

/// The program that an exported command stands for. Error not_found naming what the qube does not have.
std::string program_of(const QubePaths& layout, const AppId& app, const std::string& command);

/// What a shell would call this program, which says it in its messages: by its name, where `path` (folders with colons)
/// leads to it first, else as it is.
std::string called_as(const std::string& program, const std::string& path);

/// Puts this process into the app's view: the view's trees lie over the root's, or the root is the app's own
/// (whole_view.hpp), in a mount namespace of its own, for an ordinary user in a user namespace that knows only himself.
/// Other views can be entered from inside.
/// Errors: not_found (no such app), failed.
void enter_view(const QubePaths& layout, const AppId& app);

/// `list` (parts with colons) without empty parts and those that `is_unwanted`.
std::string without_parts(const std::string& list, const std::function<bool(std::string_view)>& is_unwanted);

/// `list` (parts with colons) with `part` moved to its end, or added there: inside a view its own programs come first.
std::string with_last(const std::string& list, const std::string& part);

} // namespace qpkg::agent
