// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Files on a tmpfs: nothing here survives the qube, so nothing is synced.
namespace qpkg::agent {

namespace fs = std::filesystem;

/// The whole file. Errors: not_found, no_space above `cap` bytes, failed.
std::string read_file(const fs::path& path, std::size_t cap);

/// The file `path` inside `tree`, where no link leads out of the tree. Errors as `read_file`.
std::string read_file_within(const fs::path& tree, const fs::path& path, std::size_t cap);

/// Replaces `path` at once.
void write_file(const fs::path& path, std::string_view bytes, unsigned mode = 0644);

/// The names in a directory, ascending. Error not_found when it is not there.
std::vector<std::string> names_in(const fs::path& directory);

/// The folder `path` inside `tree`; nothing when it is not there or any step of it is no folder. A link is none: those
/// of a volume lead wherever its maker wants.
std::optional<fs::path> folder_within(const fs::path& tree, const fs::path& path);

struct PlannedFile {
    enum class Kind { file, program, link };
    Kind kind;
    std::string content; ///< bytes, or the target of a link

    friend bool operator==(const PlannedFile&, const PlannedFile&) = default;
};

/// By path relative to the directory.
using PlannedTree = std::map<fs::path, PlannedFile>;

/// Makes `directory` hold exactly these files: writes what is missing or different, removes everything else.
void make_tree(const fs::path& directory, const PlannedTree& wanted);

} // namespace qpkg::agent
