// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/exporting.hpp"

#include "agent/base_names.hpp"
#include "agent/dbus_service.hpp"
#include "agent/desktop_entry.hpp"
#include "agent/mime_cache.hpp"
#include "agent/names.hpp"
#include "agent/told_types.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/key_value_file.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qpkg::agent {
namespace {

constexpr const char* own_program = "qpkg-run";
constexpr const char* opener = "xdg-open"; ///< that program by a name which others call
constexpr std::string_view share_folder = "/usr/share/";
constexpr std::string_view session_services = "/usr/share/dbus-1/services/";

class Planner {
public:
    explicit Planner(const QubePaths& layout) : layout_(layout)
    {
        planned_.bin[own_program] = {PlannedFile::Kind::link, layout.runner().string()};
    }

    /// `name` is what it is called in the qube.
    void add(const AppId& app, const Export& made, const std::string& name)
    {
        if (made.kind == ExportKind::command) {
            add_command(app, made, name);
        } else if (made.kind == ExportKind::desktop) {
            add_desktop_entry(app, made, name);
        } else if (made.kind == ExportKind::dbus && made.path.starts_with(session_services)) {
            add_dbus_service(app, made);
        } else if (made.kind == ExportKind::icon) {
            const auto place = made.path.substr(share_folder.size());
            place_file(planned_.share, app, place, {PlannedFile::Kind::link, layout_.volume(app).string() + made.path});
        }
    }

    void add_opener() { planned_.bin[opener] = {PlannedFile::Kind::link, layout_.runner().string()}; }

    /// What files are called, of an app of which all exports were added.
    void add_types(const AppId& app)
    {
        try {
            types_of_apps_.push_back({opened_[app], patterns_of_tree(layout_.volume(app))});
        } catch (const Error& error) {
            planned_.problems.push_back(app.text() + ": names of its types: " + error.what());
        }
    }

    /// A first name that the base has: whoever knows the app by it will miss it.
    void miss(const AppId& app, const std::string& name) { missed_[app].insert(name); }

    PlannedExports finish()
    {
        if (!types_.empty()) {
            std::string cache = "[MIME Cache]\n";
            for (const auto& [type, entries] : types_) {
                cache.append(type).append("=").append(entries).append("\n");
            }
            planned_.share["applications/mimeinfo.cache"] = {PlannedFile::Kind::file, cache};
            tell_names_of_types();
        }
        for (const auto& [app, names] : missed_) {
            std::string all;
            for (const auto& name : names) {
                all += (all.empty() ? "" : ", ") + name;
            }
            planned_.notes.push_back(app.text() + ": not exported, the base has it: " + all);
        }
        return std::move(planned_);
    }

private:
    void add_command(const AppId& app, const Export& made, const std::string& name)
    {
        // The kernel starts the runner itself: no shell, and a link to the launcher by another name works too.
        const auto line = "#!" + layout_.runner().string() + " --launch=" + app.text() + ':' + made.name + '\n';
        place_file(planned_.bin, app, name, {PlannedFile::Kind::program, line});
    }

    void add_desktop_entry(const AppId& app, const Export& made, const std::string& name)
    {
        with_bytes_of(app, made, [&](const std::string& bytes) {
            auto entry = for_the_qube(bytes, app, layout_.runner(), layout_.volume(app));
            if (place_file(planned_.share, app, fs::path("applications") / name,
                           {PlannedFile::Kind::file, std::move(entry.bytes)})) {
                for (const auto& type : entry.mime_types) {
                    types_[type] += name + ';';
                    opened_[app].insert(type);
                }
            }
        });
    }

    void add_dbus_service(const AppId& app, const Export& made)
    {
        with_bytes_of(app, made, [&](const std::string& bytes) {
            place_file(planned_.share, app, fs::path("dbus-1/services") / (made.name + ".service"),
                       {PlannedFile::Kind::file, dbus_service_for_the_qube(bytes, made.name, app, layout_.runner())});
        });
    }

    /// A file that cannot be used is a problem of its own.
    template <class Use>
    void with_bytes_of(const AppId& app, const Export& made, Use&& use)
    {
        try {
            use(read_file_within(layout_.volume(app), made.path, largest_key_value_file));
        } catch (const Error& error) {
            planned_.problems.push_back(app.text() + ": " + made.path + ": " + error.what());
        }
    }

    bool place_file(PlannedTree& tree, const AppId& app, const fs::path& name, const PlannedFile& file)
    {
        if (tree.try_emplace(name, file).second) {
            return true;
        }
        planned_.problems.push_back(app.text() + ": " + name.string() + " is exported by another app already");
        return false;
    }

    /// Where it is not known what the base calls files, nothing can be told.
    void tell_names_of_types()
    {
        const bool is_kept = fs::is_directory(layout_.base() / "usr");
        try {
            const auto of_base = patterns_of_tree(is_kept ? layout_.base() : layout_.root);
            const auto told = told_patterns(of_base, types_of_apps_);
            if (!told.empty()) {
                planned_.share["mime/globs2"] = {PlannedFile::Kind::file, encode_globs(told)};
                planned_.share["mime/mime.cache"] = {PlannedFile::Kind::file, encode_mime_cache(told)};
            }
        } catch (const Error& error) {
            planned_.problems.push_back(std::string("the base's names of types: ") + error.what());
        }
    }

    const QubePaths& layout_;
    PlannedExports planned_{};
    std::map<std::string, std::string> types_;
    std::map<AppId, std::set<std::string>> opened_{}; ///< types
    std::vector<TypesOfApp> types_of_apps_{};
    std::map<AppId, std::set<std::string>> missed_;
};

/// As they are asked for names: of two that open a type, the first one does where nobody chose.
std::vector<AppExports> by_turn(std::vector<AppExports> apps)
{
    std::ranges::sort(apps, {}, [](const AppExports& app) { return std::pair(app.turn, app.app); });
    return apps;
}

} // namespace

PlannedExports plan_exports(const QubePaths& layout, const std::vector<AppExports>& apps)
{
    Planner planner(layout);
    const auto holders = names_in_qube(layout, apps);
    const NameKey opener_key{ExportKind::command, opener};
    if (!holders.contains(opener_key) && !BaseNames(layout).has(opener_key)) {
        planner.add_opener();
    }
    for (const auto& app : by_turn(apps)) {
        for (const auto& made : app.exports) {
            const auto name = called_in_qube(app, made);
            const auto holder = name ? holders.find({made.kind, *name}) : holders.end();
            if (holder != holders.end() && holder->second == app.app) {
                planner.add(app.app, made, *name);
            } else if (name && holder == holders.end() && made.rank == Rank::first) {
                planner.miss(app.app, *name);
            }
        }
        planner.add_types(app.app);
    }
    return planner.finish();
}

} // namespace qpkg::agent
