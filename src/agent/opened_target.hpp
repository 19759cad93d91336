// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace qpkg::agent {

/// What somebody wants to open.
struct OpenedTarget {
    std::string text;   ///< an absolute path, or the URL as it was given
    std::string scheme; ///< of the URL, in lower case; empty for a file

    /// The type whose applications open it; nothing for a file.
    std::optional<std::string> type() const
    {
        return scheme.empty() ? std::nullopt : std::optional("x-scheme-handler/" + scheme);
    }
};

/// "a.pdf", "/tmp/a.pdf", "file:///tmp/a%20b.pdf" or a URL of any other scheme (RFC 3986). `here`: where relative paths
/// begin. Error usage: empty, or a file: URL that is not well formed or of another computer.
OpenedTarget parse_opened_target(std::string_view argument, const std::filesystem::path& here);

} // namespace qpkg::agent
