// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/opening.hpp"

#include "agent/default_applications.hpp"
#include "agent/launched_entry.hpp"
#include "agent/mime_globs.hpp"
#include "agent/mime_relations.hpp"
#include "agent/plain_text.hpp"
#include "agent/small_files.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/core/key_value_file.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

namespace qpkg::agent {
namespace {

constexpr const char* terminal_program = "x-terminal-emulator"; ///< as Debian has it
constexpr std::size_t looked_at = 4096;                         ///< bytes of a file that has no name of a type

std::vector<fs::path> absolute_paths(const std::string& list)
{
    std::vector<fs::path> paths;
    for (const auto one : text::words_of(list, ":")) {
        if (one.starts_with('/')) {
            paths.emplace_back(one);
        }
    }
    return paths;
}

/// What is not there, or cannot be read, says nothing.
std::string bytes_or_none(const fs::path& file, std::size_t cap)
{
    try {
        return read_file(file, cap);
    } catch (const Error&) {
        return {};
    }
}

std::vector<MimeRelation> relations_in(const OpeningFolders& folders, const char* table)
{
    std::vector<MimeRelation> all;
    for (const auto& folder : folders.data) {
        const auto some = parse_mime_relations(bytes_or_none(folder / "mime" / table, largest_mime_table));
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

class AssociationLists {
public:
    explicit AssociationLists(const OpeningFolders& folders) : folders_(folders)
    {
        for (const auto& folder : folders.configuration) {
            add_lists_of(folder);
        }
        for (const auto& folder : folders.data) {
            add_lists_of(folder / "applications");
            add(folder / "applications/mimeinfo.cache");
        }
    }

    const std::vector<Associations>& all() const { return all_; }

private:
    void add_lists_of(const fs::path& folder)
    {
        for (const auto& desktop : folders_.desktops) {
            add(folder / (desktop + "-mimeapps.list"));
        }
        add(folder / "mimeapps.list");
    }

    /// A list that is broken is one that nobody wrote.
    void add(const fs::path& file)
    {
        try {
            all_.push_back(parse_associations(bytes_or_none(file, largest_key_value_file)));
        } catch (const Error&) {
            return;
        }
    }

    const OpeningFolders& folders_;
    std::vector<Associations> all_{};
};

/// A part before a dash may be a folder.
std::optional<fs::path> file_of_entry(const OpeningFolders& folders, const std::string& id)
{
    for (const auto& folder : folders.data) {
        auto name = id;
        for (;;) {
            const auto file = folder / "applications" / name;
            std::error_code absent;
            if (fs::exists(file, absent)) {
                return file;
            }
            const auto dash = name.find('-');
            if (dash == std::string::npos) {
                break;
            }
            name[dash] = '/';
        }
    }
    return std::nullopt;
}

bool is_program(const OpeningFolders& folders, const std::string& name)
{
    const auto can_run = [](const fs::path& file) {
        std::error_code absent;
        return fs::is_regular_file(file, absent) && ::access(file.c_str(), X_OK) == 0;
    };
    if (name.find('/') != std::string::npos) {
        return can_run(name);
    }
    return std::ranges::any_of(folders.programs, [&](const fs::path& folder) { return can_run(folder / name); });
}

/// Nothing when the entry is deleted, broken, or its program is not there.
std::optional<std::vector<std::string>> program_of_entry(const OpeningFolders& folders, const std::string& id,
                                                         const std::string& target)
{
    const auto file = file_of_entry(folders, id);
    if (!file) {
        return std::nullopt;
    }
    try {
        const auto entry = read_launched_entry(read_file(*file, largest_key_value_file));
        if (entry.is_hidden || (!entry.try_exec.empty() && !is_program(folders, entry.try_exec))) {
            return std::nullopt;
        }
        auto words = expand_exec(entry, *file, target);
        if (!is_program(folders, words.front())) {
            return std::nullopt;
        }
        if (!entry.in_terminal || folders.is_terminal) {
            return words;
        }
        words.insert(words.begin(), {terminal_program, "-e"});
        return is_program(folders, terminal_program) ? std::optional(words) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
}

} // namespace

OpeningFolders opening_folders(const std::function<std::string(const char*)>& variable)
{
    const auto list = [&](const char* name, const std::string& otherwise) {
        const auto value = variable(name);
        return absolute_paths(value.empty() ? otherwise : value);
    };
    const auto home = variable("HOME");
    OpeningFolders folders;
    folders.configuration = list("XDG_CONFIG_HOME", home + "/.config");
    std::ranges::copy(list("XDG_CONFIG_DIRS", "/etc/xdg"), std::back_inserter(folders.configuration));
    folders.data = list("XDG_DATA_HOME", home + "/.local/share");
    std::ranges::copy(list("XDG_DATA_DIRS", "/usr/local/share:/usr/share"), std::back_inserter(folders.data));
    folders.programs = list("PATH", "/usr/local/bin:/usr/bin:/bin");
    const auto desktops = variable("XDG_CURRENT_DESKTOP");
    for (const auto desktop : text::words_of(desktops, ":/")) {
        folders.desktops.push_back(lower_case(desktop));
    }
    return folders;
}

std::string type_of_file(const OpeningFolders& folders, const std::filesystem::path& file)
{
    std::error_code failed;
    const auto status = fs::status(file, failed);
    if (!fs::exists(status)) {
        throw Error(Code::not_found, file.string() + ": no such file");
    }
    if (fs::is_directory(status)) {
        return "inode/directory";
    }
    std::vector<std::vector<MimeGlob>> tables;
    for (const auto& folder : folders.data) {
        tables.push_back(parse_globs2(bytes_or_none(folder / "mime/globs2", largest_mime_table)));
    }
    auto types = types_of_name(file.filename().string(), tables);
    if (!types.empty()) {
        return std::move(types.front());
    }
    const Fd fd(fs::is_regular_file(status) ? ::open(file.c_str(), O_RDONLY | O_CLOEXEC) : -1);
    std::array<char, looked_at> beginning{};
    const auto length = fd ? ::read(fd.get(), beginning.data(), beginning.size()) : -1;
    const bool is_text = length >= 0 && is_plain_text({beginning.data(), static_cast<std::size_t>(length)});
    return is_text ? "text/plain" : "application/octet-stream";
}

std::vector<std::string> program_to_open(const OpeningFolders& folders, const OpenedTarget& target)
{
    const auto type = target.type() ? *target.type() : type_of_file(folders, target.text);
    const auto types = types_to_try(type, relations_in(folders, "aliases"), relations_in(folders, "subclasses"));
    const AssociationLists lists(folders);
    for (const auto& id : applications_for(types, lists.all())) {
        if (auto words = program_of_entry(folders, id, target.text)) {
            return *std::move(words);
        }
    }
    throw Error(Code::unsupported, target.text + ": no application of this qube opens " + type);
}

} // namespace qpkg::agent
