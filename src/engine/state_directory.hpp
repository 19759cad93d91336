// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the state directory is looked at before it is used. Its volumes become disks of qubes and its database decides
// what they run: whoever can write there is root of every qube, and a link there would lead root to write elsewhere.
// Writers refuse, readers warn. Only the directory and its direct entries are looked at: everything below was made by
// qpkg with modes of its own, and looking at each object would cost more than most commands.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace qpkg::engine {

/// What lets others than this user change the state: it or one of its parts is a link to elsewhere, belongs to another
/// user, or can be written by others. In words, each with its path; none when it is not there yet.
std::vector<std::string> faults_of_state(const std::filesystem::path& root);

/// For readers: whoever may not look into the directory, or into one of its parts that readers need, is told so before
/// anything else. A directory that is not there yet is no hindrance. Error failed.
void require_readable_state(const std::filesystem::path& root);

/// The state lies on a file system of its own, which is not mounted: what is seen here is an old or an empty one.
bool is_unmounted(const std::filesystem::path& root);

/// For writers, before they believe what they see there. Error failed.
void require_mounted_state(const std::filesystem::path& root);

/// For writers. Error failed with the first of them, and where this user may not write there.
void require_sound_state(const std::filesystem::path& root);

} // namespace qpkg::engine
