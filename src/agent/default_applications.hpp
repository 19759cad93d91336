// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the owner's word comes first. Of the files that say which application opens a type, those in the home are the
// owner's, and are asked first; what the agent lists of apps is asked last, and says only who can, never who shall. So
// a new app can be chosen, and cannot choose itself.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// mimeapps.list and mimeinfo.cache (freedesktop.org, Association between MIME types and applications 1.0.1).
namespace qpkg::agent {

using EntriesByType = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What one such file says: ids of desktop entries by type, in its order.
struct Associations {
    EntriesByType defaults;
    EntriesByType added;
    EntriesByType removed;
    EntriesByType cached; ///< what the entries of a folder say themselves
};

/// Other groups are skipped. Error corrupt "line 3: …".
Associations parse_associations(std::string_view bytes);

/// Ids of entries to try, best first, each once: for each type in turn the defaults, then who can open it. `files` is
/// in the order of the specification: what one file removes, those after it no longer add.
std::vector<std::string> applications_for(const std::vector<std::string>& types,
                                          const std::vector<Associations>& files);

} // namespace qpkg::agent
