// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why data is shown folder by folder. XDG_DATA_DIRS brings an entry to every app, and what that variable finds is not
// data alone: services of the bus, units, Vulkan layers, completions, schemas, thumbnailers, default applications. So
// an entry is made here of the folders that points.hpp lists, each bound by itself, whatever else the volume holds.
//
// Why an extension of an app lies below that app and the base. In an overlay the upper layer has a path; so nothing of
// an extension can take the place of a file of either, and the host need not compare paths with a base that it may not
// have. Locales are shown so, too, in one folder of each view: glibc has no search path that adds to its own folder.
// LOCPATH takes the place of that folder and of all archives.
#pragma once

#include "agent/announcements.hpp"
#include "agent/qube_paths.hpp"
#include "repo-format/guest/font_caches.hpp"

#include <span>
#include <string>
#include <vector>

/// What others see of extensions, as programs find it:
///   <run>/data/APP/share/NAME   fonts, icons, …: of an extension of a point of the qube
///   <run>/data/APP/announced    the line of any extension; written last, so one that has it is whole
namespace qpkg::agent {

/// The extensions that a view is made with.
struct ViewExtensions {
    std::vector<AppId> layers;  ///< of the app's own points, ascending
    std::vector<AppId> fonts;   ///< of qpkg.fonts: the view's fontconfig is told of them, ascending
    std::vector<AppId> locales; ///< of qpkg.locales, ascending
    std::string lines;          ///< of the announcements of all: what tells one view from another

    friend bool operator==(const ViewExtensions&, const ViewExtensions&) = default;
};

/// Of `announced`, ascending by app, what the view of `app` is made with.
ViewExtensions extensions_of(const AppId& app, std::span<const VolumeSlot> announced);

/// Shows the folders of an extension of a point of the qube whose volume is mounted; of another one nothing, and none
/// of locales, which are part of views. Error corrupt when one of them is no folder, or locales are no folders.
void show_data(const QubePaths& layout, const VolumeSlot& extension);

/// Programs that read there keep what they opened.
void remove_data(const QubePaths& layout, const AppId& app);

/// Folders of data that are there now, ascending: "<run>/data/APP/share", or what lies at `below` of an entry.
std::vector<std::string> data_folders(const QubePaths& layout, const std::string& below = "share");

/// Of an entry's fonts and its caches.
FontFolder font_folder_of(const QubePaths& layout, const AppId& app);
std::string font_caches_of(const QubePaths& layout, const AppId& app);

} // namespace qpkg::agent
