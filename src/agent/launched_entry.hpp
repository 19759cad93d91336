// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a program's words are split here and not by a shell. The name of a file becomes a word of its own, whatever is in
// it; a shell would read it. So a field code inside quotes, where it could only become part of another program's text,
// is refused.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Starting what a desktop entry stands for (freedesktop.org, Desktop Entry Specification 1.5).
namespace qpkg::agent {

struct LaunchedEntry {
    std::string exec;
    std::string try_exec; ///< where this is no program, the entry is as good as absent
    std::string name;
    std::string icon;
    bool is_hidden = false; ///< deleted by its user
    bool in_terminal = false;
};

/// Error corrupt "line 3: …": not of that form, not an application with a program.
LaunchedEntry read_launched_entry(std::string_view bytes);

/// The words that open `target`, a path or URL: field codes of Exec replaced, and `target` added where none asks for
/// it. `file`: where the entry lies. Error corrupt: quotes that do not end, a field code that is none or within quotes.
std::vector<std::string> expand_exec(const LaunchedEntry& entry, const std::filesystem::path& file,
                                     const std::string& target);

} // namespace qpkg::agent
