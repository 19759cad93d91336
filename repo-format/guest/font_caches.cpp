// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/font_caches.hpp"

#include "repo-format/guest/checksum.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

namespace qpkg {
namespace {

namespace fs = std::filesystem;

/// Of a file of an extension or module; names hold no character that XML would take for another.
std::string element(const std::string& name, const std::string& attribute, const std::string& text)
{
    return "<" + name + attribute + ">" + text + "</" + name + ">\n";
}

} // namespace

std::string font_salt(const fs::path& folder)
{
    std::error_code failure;
    std::vector<fs::path> paths;
    for (fs::recursive_directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
        paths.push_back(at->path());
    }
    if (failure) {
        return std::string(no_fonts);
    }
    std::ranges::sort(paths);
    Checksum sum;
    bool has_files = false;
    for (const auto& path : paths) {
        struct stat info {};
        if (::lstat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
            sum.add(path.lexically_relative(folder).string());
            sum.add(info.st_size);
            sum.add(info.st_mtime);
            has_files = true;
        }
    }
    return has_files ? sum.hex() : std::string(no_fonts);
}

std::vector<FontFolder> font_folders_of_users()
{
    // Not prefix="xdg", as fontconfig's own file has it: that adds all of XDG_DATA_DIRS once more, without salt.
    return {{"/usr/local/share/fonts", ""}, {"~/.local/share/fonts", ""}, {"~/.fonts", ""}};
}

std::string font_configuration(const std::vector<FontFolder>& folders, const std::vector<std::string>& caches)
{
    std::string text = "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\">\n"
                       "<fontconfig>\n<reset-dirs/>\n";
    for (const auto& folder : folders) {
        text += element("dir", folder.salt.empty() ? "" : " salt=\"" + folder.salt + '"', folder.path);
    }
    for (const auto& folder : caches) {
        text += element("cachedir", "", folder);
    }
    return text + "</fontconfig>\n";
}

FontFolder own_font_folder(const std::string& module_salt, const std::string& base_salt)
{
    const bool is_of_base = module_salt == no_fonts; // the base's own caches are good for it
    return {"/usr/share/fonts", is_of_base ? std::string() : module_salt + '-' + base_salt};
}

} // namespace qpkg
