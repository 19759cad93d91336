// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/view_fonts.hpp"

#include "agent/small_files.hpp"
#include "repo-format/guest/font_caches.hpp"

#include <vector>

namespace qpkg::agent {
namespace {

std::string font_salt_in(const fs::path& tree)
{
    const auto folder = folder_within(tree, fonts_folder);
    return folder ? font_salt(*folder) : std::string(no_fonts);
}

} // namespace

std::optional<std::string> fontconfig_text(const QubePaths& layout, const AppId& app, const ViewExtensions& extensions,
                                           const std::optional<fs::path>& base)
{
    const auto module = layout.volume(app);
    const bool has_caches = folder_within(module, fs::path(font_caches).relative_path()).has_value();
    const auto of_base = base ? font_salt_in(*base) : std::string(no_fonts);
    const auto own = own_font_folder(font_salt_in(module), of_base);
    if (!has_caches && own.salt.empty() && extensions.fonts.empty()) {
        return std::nullopt;
    }
    std::vector<FontFolder> folders{own};
    std::vector<std::string> caches{std::string(font_caches)};
    if (base) {
        // The base's own before those of extensions: what one of these says of the base's fonts is not to be believed.
        caches.emplace_back("/var/cache/fontconfig");
    }
    for (const auto& entry : extensions.fonts) {
        folders.push_back(font_folder_of(layout, entry));
        caches.push_back(font_caches_of(layout, entry));
    }
    const auto of_users = font_folders_of_users();
    folders.insert(folders.end(), of_users.begin(), of_users.end());
    return font_configuration(folders, caches);
}

} // namespace qpkg::agent
