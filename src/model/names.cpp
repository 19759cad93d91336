// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/names.hpp"

#include <algorithm>
#include <iterator>

namespace qpkg {
namespace {

constexpr std::size_t longest_name = 64; // a launcher's first line names app and command within the kernel's 256 bytes

struct KindWord {
    ExportKind kind;
    std::string_view word;
};
constexpr std::array kind_words = {
    KindWord{ExportKind::command, "command"}, KindWord{ExportKind::desktop, "desktop"},
    KindWord{ExportKind::icon, "icon"},       KindWord{ExportKind::dbus, "dbus"},
    KindWord{ExportKind::service, "service"}, KindWord{ExportKind::mime, "mime"},
};

/// What the folders below one are to a name.
enum class Below {
    nothing, ///< names are in the folder itself alone
    parts,   ///< parts of the name, before dashes
    themes,  ///< no part of it
};

/// A folder of the base, and what follows the name there.
struct BaseFolder {
    ExportKind kind;
    std::string_view folder;
    std::string_view ending;
    Below below = Below::nothing;
};
// All that may be on somebody's PATH, root's or a user's, then what desktops, buses and systemd read.
constexpr std::array base_folders = {
    BaseFolder{ExportKind::command, "usr/local/sbin/", ""},
    BaseFolder{ExportKind::command, "usr/local/bin/", ""},
    BaseFolder{ExportKind::command, "usr/sbin/", ""},
    BaseFolder{ExportKind::command, "usr/bin/", ""},
    BaseFolder{ExportKind::command, "sbin/", ""},
    BaseFolder{ExportKind::command, "bin/", ""},
    BaseFolder{ExportKind::command, "usr/local/games/", ""},
    BaseFolder{ExportKind::command, "usr/games/", ""},
    BaseFolder{ExportKind::desktop, "usr/local/share/applications/", "", Below::parts},
    BaseFolder{ExportKind::desktop, "usr/share/applications/", "", Below::parts},
    BaseFolder{ExportKind::dbus, "usr/local/share/dbus-1/services/", ".service"},
    BaseFolder{ExportKind::dbus, "usr/share/dbus-1/services/", ".service"},
    BaseFolder{ExportKind::service, "usr/lib/systemd/system/", ""},
    BaseFolder{ExportKind::service, "usr/local/lib/systemd/system/", ""},
    BaseFolder{ExportKind::service, "etc/systemd/system/", ""},
};
/// An icon counts in any theme and size: a program would draw the app's where the base has no such size.
constexpr std::array icon_folders = {"usr/local/share/icons/", "usr/share/icons/", "usr/local/share/pixmaps/",
                                     "usr/share/pixmaps/"};
constexpr std::array icon_endings = {".png", ".svg", ".xpm"};

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._+@-").find(c) != std::string_view::npos;
}

/// The name of what lies at `path` within the folder.
std::optional<NameKey> name_within(const BaseFolder& folder, std::string_view path)
{
    if (!path.starts_with(folder.folder) || !path.ends_with(folder.ending) ||
        path.size() <= folder.folder.size() + folder.ending.size()) {
        return std::nullopt;
    }
    path.remove_prefix(folder.folder.size());
    path.remove_suffix(folder.ending.size());
    NameKey key{folder.kind, std::string(path)};
    if (folder.below == Below::parts) {
        std::ranges::replace(key.name, '/', '-');
    } else if (folder.below == Below::themes) {
        key.name.erase(0, key.name.rfind('/') + 1);
    }
    const bool is_name = !key.name.empty() && key.name.find('/') == std::string::npos;
    return is_name ? std::optional(std::move(key)) : std::nullopt;
}

} // namespace

std::vector<Export> exports_in_qube(std::vector<Export> exports, const AppId& app, const std::set<OwnExport>& own)
{
    for (const auto& one : own) {
        if (one.app != app) {
            continue;
        }
        std::erase_if(exports,
                      [&](const Export& made) { return made.kind == one.key.kind && made.name == one.key.name; });
        if (!one.path.empty()) {
            exports.push_back({.kind = one.key.kind, .name = one.key.name, .path = one.path});
        }
    }
    return exports;
}

std::vector<Claim> claims_of(std::span<const Export> exports, std::span<const NameRuling> rulings)
{
    std::vector<Claim> claims;
    std::set<NameKey> seen;
    for (const auto& made : exports) {
        NameKey key{made.kind, made.name};
        if (!seen.insert(key).second) {
            continue;
        }
        const auto ruling = std::ranges::find(rulings, key, &NameRuling::key);
        if (ruling == rulings.end()) {
            claims.push_back({std::move(key), made.rank, &made});
        } else if (auto called = ruling->called()) {
            claims.push_back({{made.kind, *std::move(called)}, Rank::first, &made});
        }
    }
    return claims;
}

std::map<NameKey, AppId> holders_by_rule(std::span<const Claimant> claimants)
{
    std::vector<const Claimant*> in_turn;
    std::ranges::transform(claimants, std::back_inserter(in_turn), [](const Claimant& one) { return &one; });
    std::ranges::sort(in_turn, [](const Claimant* a, const Claimant* b) { return a->is_asked_before(*b); });
    std::map<NameKey, AppId> holders;
    for (const auto rank : {Rank::first, Rank::second}) {
        for (const auto* claimant : in_turn) {
            for (const auto& claim : claimant->claims) {
                if (claim.rank == rank) {
                    holders.try_emplace(claim.key, claimant->app);
                }
            }
        }
    }
    return holders;
}

std::vector<std::string> places_in_base(const NameKey& key)
{
    std::vector<std::string> places;
    for (const auto& folder : base_folders) {
        if (folder.kind == key.kind) {
            places.push_back(std::string(folder.folder).append(key.name).append(folder.ending));
        }
    }
    return places;
}

std::optional<NameKey> name_in_base(std::string_view path)
{
    if (!path.starts_with('/')) {
        return std::nullopt;
    }
    path.remove_prefix(1);
    for (const auto& folder : base_folders) {
        if (auto name = name_within(folder, path)) {
            return name;
        }
    }
    for (const auto* folder : icon_folders) {
        for (const auto* ending : icon_endings) {
            if (auto name = name_within({ExportKind::icon, folder, ending, Below::themes}, path)) {
                return name;
            }
        }
    }
    return std::nullopt;
}

bool is_own_name(const NameKey& key) { return key == NameKey{ExportKind::command, "qpkg-run"}; }

std::string_view word_of(ExportKind kind) { return std::ranges::find(kind_words, kind, &KindWord::kind)->word; }

std::optional<ExportKind> kind_named(std::string_view word)
{
    const auto* found = std::ranges::find(kind_words, word, &KindWord::word);
    return found == kind_words.end() ? std::nullopt : std::optional(found->kind);
}

bool is_export_name(std::string_view text)
{
    return !text.empty() && text.size() <= longest_name && text.front() != '.' && text.front() != '-' &&
           std::ranges::all_of(text, is_name_character);
}

} // namespace qpkg
