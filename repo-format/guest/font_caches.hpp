// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why folders of fonts have a salt. fontconfig finds the cache of a folder by its path before it compares times, and
// views share one home: two views with one path and other fonts would take each other's caches there, whichever was
// written last. fontconfig lets a configuration give a folder a salt, which goes into the cache's name. It is made of
// what lies in the folder, so a build knows what the qube will ask for, and the caches that it made are found. Where
// all are found, none is written into the home.
//
// The salt needs no cryptography: whoever may write into the home can write any cache there, salted or not.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// What fontconfig is told in a view. libc only: build and agent say the same.
namespace qpkg {

/// Where a module has its caches of fonts: the build makes them there, and the agent tells fontconfig.
inline constexpr std::string_view font_caches = "/usr/lib/fontconfig/cache";
/// The one that fontconfig reads, in /etc of a view.
inline constexpr const char* fontconfig_file = "fonts/conf.d/05-qpkg.conf";
inline constexpr const char* fonts_folder = "usr/share/fonts";

inline constexpr std::string_view no_fonts = "0"; ///< the salt of a folder without any

/// Says which files lie below `folder`, with their sizes and times: 16 hex digits, or `no_fonts`. Links are not
/// followed.
std::string font_salt(const std::filesystem::path& folder);

struct FontFolder {
    std::string path;
    std::string salt; ///< empty: none
};

/// Where the owner of the qube puts fonts, as fontconfig's own file has it.
std::vector<FontFolder> font_folders_of_users();

/// The text of `fontconfig_file`: fonts are searched for in these folders alone, caches in `caches` first.
std::string font_configuration(const std::vector<FontFolder>& folders, const std::vector<std::string>& caches);

/// The folder of a view's own fonts, where its module brings `module_salt` and its base `base_salt`.
FontFolder own_font_folder(const std::string& module_salt, const std::string& base_salt);

} // namespace qpkg
