// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/difference.hpp"

#include "build/private_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace qpkg::build {
namespace {

constexpr std::array<std::string_view, 4> kept_tops{"/usr", "/opt", "/etc", "/var/lib"};

/// Inside the kept places: state of one machine, and what differs from build to build.
constexpr std::array<std::string_view, 27> dropped_places{
    "/etc/.pwd.lock",   "/etc/.updated",    "/etc/fstab",       "/etc/group",     "/etc/group-",     "/etc/gshadow",
    "/etc/gshadow-",    "/etc/hostname",    "/etc/hosts",       "/etc/localtime", "/etc/machine-id", "/etc/mtab",
    "/etc/passwd",      "/etc/passwd-",     "/etc/resolv.conf", "/etc/shadow",    "/etc/shadow-",    "/etc/subgid",
    "/etc/subgid-",     "/etc/subuid",      "/etc/subuid-",     "/etc/timezone",  "/var/lib/dbus",   "/var/lib/misc",
    "/var/lib/private", "/var/lib/systemd", "/var/lib/xkb"};

/// Outside the kept places, and expected there.
constexpr std::array<std::string_view, 12> silent_places{
    "/dev", "/home", "/media", "/mnt", "/proc", "/root", "/run", "/sys", "/tmp", "/var/cache", "/var/log", "/var/mail"};
constexpr std::array<std::string_view, 5> silent_below_var{"/var/backups", "/var/local", "/var/lock", "/var/spool",
                                                           "/var/tmp"};

/// Where a module says what it brings to a qube, and its times: nobody but the build writes there.
constexpr std::array<std::string_view, 2> own_places{"/usr/lib/qpkg", "/usr/share/qpkg"};

template <class Places>
bool is_in(std::string_view path, const Places& places)
{
    return std::ranges::any_of(places, [&](std::string_view place) { return is_at_or_below(path, place); });
}

bool is_silent(std::string_view path) { return is_in(path, silent_places) || is_in(path, silent_below_var); }

std::string_view parent_of(std::string_view path) { return path.substr(0, path.rfind('/')); }

class Planner {
public:
    Planner(const TreeWishes& wishes, const PackageFiles& packages, std::map<std::string, std::string> secrets)
        : wishes_(wishes), packages_(packages), secrets_(std::move(secrets))
    {
    }

    void take(const TreeEntry& entry)
    {
        const auto place =
            std::ranges::find_if(wishes_.left_out, [&](auto& top) { return is_at_or_below(entry.path, top); });
        if (place != wishes_.left_out.end()) {
            counts_[*place] += entry.kind == EntryKind::directory ? 0U : 1U;
            return;
        }
        if (!is_shown(entry.path) || is_dropped(entry)) {
            drop_outside(entry);
            return;
        }
        if (const auto secret = secrets_.find(entry.path); secret != secrets_.end()) {
            find("secret", entry, secret->second);
            plan_.secrets.push_back(entry.path);
            return;
        }
        if (is_in(entry.path, own_places)) {
            take_own_place(entry);
            return;
        }
        if (entry.in_base == InBase::directory) {
            take_displacement(entry);
            return;
        }
        switch (entry.kind) {
        case EntryKind::special:
            find("device", entry, "a device, pipe or socket: left out");
            return;
        case EntryKind::removal:
            take_removal(entry);
            return;
        case EntryKind::directory:
            break;
        case EntryKind::file:
        case EntryKind::symlink:
            if (entry.in_base == InBase::the_same) {
                return;
            }
        }
        keep(entry);
    }

    TreeChoice finish(const std::vector<TreeEntry>& entries) &&
    {
        for (const auto& entry : entries) {
            (kept_.contains(entry.path) ? plan_.keep : plan_.drop).push_back(entry.path);
        }
        for (const auto& [place, count] : counts_) {
            if (count > 0) {
                plan_.findings.push_back(
                    {"state", place, fmt::format("{} files, left out: each qube makes its own", count)});
            }
        }
        std::ranges::sort(plan_.findings);
        return std::move(plan_);
    }

private:
    void find(std::string rule, const TreeEntry& entry, std::string detail)
    {
        plan_.findings.push_back({std::move(rule), entry.path, std::move(detail)});
    }

    /// Whether a view shows what the module has there.
    bool is_shown(std::string_view path) const
    {
        return is_in(path, kept_tops) || (wishes_.extent == Extent::whole_root && !is_silent(path) &&
                                          !is_at_or_below(path, "/rw") && !is_at_or_below(path, "/var"));
    }

    /// Paths that only lead to something: not kept for their own sake.
    bool is_bare_directory(const TreeEntry& entry) const
    {
        return entry.kind == EntryKind::directory &&
               (entry.in_base != InBase::nothing || is_at_or_below(entry.path, "/usr/local") ||
                (is_at_or_below(entry.path, "/var") && !packages_.lists(entry.path)));
    }

    bool is_shipped(const TreeEntry& entry) const
    {
        return entry.kind != EntryKind::directory && packages_.lists(entry.path);
    }

    /// What a package ships in /var/lib is part of the app, whoever keeps state beside it.
    bool is_dropped(const TreeEntry& entry) const
    {
        const bool is_of_app = is_at_or_below(entry.path, "/var/lib") && is_shipped(entry);
        return !is_of_app && (is_in(entry.path, dropped_places) || is_in(entry.path, wishes_.of_source));
    }

    void drop_outside(const TreeEntry& entry)
    {
        const bool leads_to_kept =
            std::ranges::any_of(kept_tops, [&](auto top) { return is_at_or_below(top, entry.path); });
        if (leads_to_kept && entry.in_base == InBase::directory) {
            take_displacement(entry);
            return;
        }
        if (is_at_or_below(entry.path, "/var/cache") && is_shipped(entry)) {
            find("outside", entry, "a package ships it below /var/cache, where a view has nothing: left out");
        } else if (entry.kind != EntryKind::directory && !leads_to_kept && !is_silent(entry.path) &&
                   !is_dropped(entry)) {
            find("outside", entry, "not below /usr, /opt, /etc or /var/lib: left out");
        }
    }

    void take_own_place(const TreeEntry& entry)
    {
        if (entry.kind != EntryKind::directory) {
            find("outside", entry, "only the build itself writes here: left out");
        }
    }

    /// As a removal: what the base has below it would be gone.
    void take_displacement(const TreeEntry& entry)
    {
        if (std::ranges::find(wishes_.may_remove, entry.path) == wishes_.may_remove.end()) {
            plan_.displaced.push_back(entry.path);
            return;
        }
        find("removal", entry, "stands where the base has a directory: left out, the directory stays visible");
    }

    void take_removal(const TreeEntry& entry)
    {
        if (std::ranges::find(wishes_.may_remove, entry.path) == wishes_.may_remove.end()) {
            plan_.refused.push_back(entry.path);
            return;
        }
        find("removal", entry, "removed by the installation, stays visible");
    }

    void keep(const TreeEntry& entry)
    {
        if (is_bare_directory(entry)) {
            return;
        }
        for (std::string_view path = entry.path; !path.empty() && kept_.emplace(path).second; path = parent_of(path)) {
        }
        note_shadow(entry);
        note_service(entry);
        note_permissions(entry);
    }

    void note_shadow(const TreeEntry& entry)
    {
        if (entry.in_base == InBase::another && entry.path != "/etc/ld.so.cache") {
            find("shadow", entry, "the base has another one: allowed in a private view only");
        }
    }

    void note_service(const TreeEntry& entry)
    {
        if (entry.kind == EntryKind::symlink && entry.path.starts_with("/etc/systemd/system/") &&
            parent_of(entry.path).ends_with(".wants")) {
            find("service", entry, "would start with the system: in a qube only when the recipe or the user says so");
        }
    }

    /// A program that loses a right may not do its job: whoever installs it hears of it.
    void note_limits(const TreeEntry& entry)
    {
        const auto limit = [&](Right right) { plan_.limits.push_back({entry.path, right}); };
        if (std::ranges::find(entry.xattrs, "security.capability") != entry.xattrs.end()) {
            limit(Right::capabilities);
        }
        if ((entry.mode & 02000U) != 0) {
            limit(Right::setgid);
        }
        if ((entry.mode & 04000U) != 0) {
            limit(Right::setuid);
        }
    }

    void note_permissions(const TreeEntry& entry)
    {
        if (entry.kind == EntryKind::symlink) {
            return;
        }
        const bool is_file = entry.kind == EntryKind::file;
        if (is_file) {
            note_limits(entry);
        }
        if ((entry.mode & 06000U) != 0) {
            find("setuid", entry, fmt::format("mode {:04o}: runs without setuid and setgid", entry.mode));
        }
        if (entry.owner != 0 || entry.group != 0) {
            find("owner", entry, fmt::format("owned by {}:{}: now by 0:0", entry.owner, entry.group));
        }
        if (is_file && (entry.mode & 0444U) != 0444U) {
            find("mode", entry, fmt::format("mode {:04o}: now readable by everyone", entry.mode));
        }
        if ((entry.mode & 0002U) != 0) {
            find("mode", entry, fmt::format("mode {:04o}: writable by everyone, now by nobody", entry.mode));
        }
        for (const auto& name : entry.xattrs) {
            find("xattr", entry, name + ": removed");
        }
    }

    const TreeWishes& wishes_;
    const PackageFiles& packages_;
    std::map<std::string, std::string> secrets_; ///< path → why
    std::map<std::string, std::size_t> counts_;  ///< files in places that are left out
    std::set<std::string, std::less<>> kept_;
    TreeChoice plan_;
};

} // namespace

TreeChoice plan_tree(std::vector<TreeEntry> entries, const TreeWishes& wishes, const PackageFiles& packages)
{
    std::ranges::sort(entries, {}, &TreeEntry::path);
    Planner planner(wishes, packages, find_private_files(entries, packages));
    for (const auto& entry : entries) {
        planner.take(entry);
    }
    return std::move(planner).finish(entries);
}

bool is_at_or_below(std::string_view path, std::string_view top)
{
    return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

} // namespace qpkg::build
