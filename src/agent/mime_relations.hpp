// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The tables "aliases" and "subclasses" of a folder "mime" (freedesktop.org, Shared MIME-info Database 0.21).
namespace qpkg::agent {

struct MimeRelation {
    std::string type;
    std::string other; ///< its name proper, or what each file of the type also is

    friend auto operator<=>(const MimeRelation&, const MimeRelation&) = default;
};

/// Lines of two types with a blank between; others are skipped. Error no_space above 1 MiB.
std::vector<MimeRelation> parse_mime_relations(std::string_view bytes);

/// What an application for a file of `type` may be registered for, best first, each once: the type, its name proper,
/// what it is also known as, and what it also is. Each text is text/plain, each file application/octet-stream.
std::vector<std::string> types_to_try(const std::string& type, const std::vector<MimeRelation>& aliases,
                                      const std::vector<MimeRelation>& subclasses);

} // namespace qpkg::agent
