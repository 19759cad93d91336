// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/refresh.hpp"

#include "agent/app_state.hpp"
#include "agent/exporting.hpp"
#include "agent/extensions.hpp"
#include "agent/first_start.hpp"
#include "agent/kept_menu.hpp"
#include "agent/services.hpp"
#include "agent/small_files.hpp"
#include "agent/tmpfiles.hpp"
#include "agent/view.hpp"
#include "agent/volume_mount.hpp"
#include "agent/whole_view.hpp"
#include "repo-format/guest/announcement.hpp"
#include "repo-format/guest/exports.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/core/mounts.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

namespace qpkg::agent {
namespace {

constexpr std::size_t largest_stamp = 256 * 1024; ///< a line for each extension
constexpr std::string_view mounted_line = "\nmounted\n";

/// One refresh at a time; the lock ends with the process.
Fd lock(const QubePaths& layout)
{
    const auto path = layout.run / "lock";
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd || ::flock(fd.get(), LOCK_EX) != 0) {
        throw system_error("lock " + path.string(), errno);
    }
    return fd;
}

/// Which release it is. What is said of its names and services may change while its view stays as it is.
std::string release_line(VolumeSlot volume)
{
    volume.rulings.clear();
    volume.services.clear();
    volume.turn = 0;
    return encode_slot(volume);
}

/// What the owner of the qube added to what the module exports.
std::set<OwnExport> added_by(const VolumeSlot& volume)
{
    std::set<OwnExport> added;
    for (const auto& ruling : volume.rulings) {
        if (!ruling.path.empty()) {
            added.insert({volume.app, ruling.key, ruling.path});
        }
    }
    return added;
}

/// `extensions`: those that a view is made with, and none for an extension.
std::string stamp_of(const Announced& announced, const ViewExtensions& extensions = {})
{
    return release_line(announced.volume) + '\n' + (announced.device ? announced.device->string() : "mounted") + '\n' +
           extensions.lines;
}

fs::path stamp_file(const fs::path& folder) { return folder / "announced"; }

/// What a view, or the data of an extension, was made from; nothing when it is not there or not whole.
std::optional<std::string> stamp_in(const fs::path& folder)
{
    const auto file = stamp_file(folder);
    return fs::exists(file) ? std::optional(read_file(file, largest_stamp)) : std::nullopt;
}

std::vector<AppId> apps_in(const fs::path& folder)
{
    std::vector<AppId> apps;
    if (!fs::exists(folder)) {
        return apps;
    }
    for (const auto& name : names_in(folder)) {
        if (const auto app = AppId::parse(name)) {
            apps.push_back(*app);
        }
    }
    return apps;
}

/// The volume itself is unmounted only where the agent mounted it: what the stamp's second line says.
void leave_volume(const QubePaths& layout, const AppId& app, const std::optional<std::string>& stamp)
{
    if (!stamp || stamp->find(mounted_line) != stamp->find('\n')) {
        mounts::unmount(layout.volume(app));
        std::error_code ignored;
        fs::remove(layout.volume(app), ignored);
    }
}

void remove_app(const QubePaths& layout, const AppId& app)
{
    const auto stamp = stamp_in(layout.view(app));
    remove_view(layout, app);
    leave_volume(layout, app, stamp);
}

void remove_extension(const QubePaths& layout, const AppId& app)
{
    const auto stamp = stamp_in(layout.data(app));
    remove_data(layout, app);
    leave_volume(layout, app, stamp);
}

std::vector<Export> exports_of(const QubePaths& layout, const AppId& app)
{
    return parse_exports(read_file_within(layout.volume(app), exports_path(app), largest_exports), app);
}

/// Their units and accounts would be made with the base's.
void require_no_services(const std::vector<Export>& exports, const FirstStart& first)
{
    const bool has_service =
        std::ranges::any_of(exports, [](const Export& made) { return made.kind == ExportKind::service; });
    if (has_service || !first.is_nothing()) {
        throw Error(Code::corrupt, "an app with a root of its own has neither services nor a first start");
    }
}

class Refresh {
public:
    Refresh(const QubePaths& layout, const Announcements& announcements)
        : layout_(layout), announcements_(announcements), services_(layout, systemctl()),
          permissions_(read_permissions(layout)), report_{{}, announcements.problems, {}}
    {
    }

    RefreshReport run()
    {
        fs::create_directories(layout_.views());
        fs::create_directories(layout_.all_data());
        const auto held = lock(layout_);
        if (mounts::is_mount_point(layout_.run.parent_path())) {
            mounts::make_shared(layout_.run.parent_path()); // with the views that programs run in
        }
        keep_base(layout_);
        see_to_services([&] { return services_.stop_all_but(announced_lines()); });
        remove_what_is_gone();
        for (const auto kind : {Is::extension, Is::app}) { // views are made with the extensions that are there
            for (const auto& announced : announcements_.found) {
                if (kind_of(announced) == kind) {
                    kind == Is::app ? add(announced) : add_extension(announced);
                }
            }
        }
        export_all();
        settle_services();
        return std::move(report_);
    }

private:
    /// Views first: what they are made with stays for as long as they do.
    void remove_what_is_gone()
    {
        std::vector<VolumeSlot> announced;
        for (const auto& one : announcements_.found) {
            announced.push_back(one.volume);
        }
        for (const auto& app : apps_in(layout_.views())) {
            if (!is_wanted(app, stamp_in(layout_.view(app)), extensions_of(app, announced), Is::app)) {
                attempt(app, [&] { remove_app(layout_, app); });
            }
        }
        for (const auto& app : apps_in(layout_.all_data())) {
            if (!is_wanted(app, stamp_in(layout_.data(app)), {}, Is::extension)) {
                attempt(app, [&] { remove_extension(layout_, app); });
            }
        }
        leave_composed_volumes(layout_, announcements_.found);
        leave_older_bases(layout_, announcements_.found);
    }

    enum class Is { app, extension };
    static Is kind_of(const Announced& announced) { return announced.volume.extends ? Is::extension : Is::app; }

    bool is_wanted(const AppId& app, const std::optional<std::string>& stamp, const ViewExtensions& extensions,
                   Is kind) const
    {
        return std::ranges::any_of(announcements_.found, [&](const Announced& announced) {
            return announced.volume.app == app && kind_of(announced) == kind &&
                   stamp_of(announced, extensions) == stamp;
        });
    }

    void add_extension(const Announced& announced)
    {
        const auto& app = announced.volume.app;
        if (stamp_in(layout_.data(app)) && mounts::is_mount_point(layout_.volume(app))) {
            extensions_.push_back(announced.volume);
            return;
        }
        const bool works = attempt(app, [&] {
            mount_volume(layout_, announced);
            if (!exports_of(layout_, app).empty()) {
                throw Error(Code::corrupt, "an extension exports nothing");
            }
            fs::create_directories(layout_.data(app));
            show_data(layout_, announced.volume);
            write_file(stamp_file(layout_.data(app)), stamp_of(announced));
            extensions_.push_back(announced.volume);
        });
        if (!works) {
            attempt(app, [&] { remove_extension(layout_, app); });
        }
    }

    void add(const Announced& announced)
    {
        const auto& app = announced.volume.app;
        const bool there = stamp_in(layout_.view(app)).has_value();
        const bool works = attempt(app, [&] { use(announced, there); });
        if (!works && !there) {
            attempt(app, [&] { remove_app(layout_, app); });
        }
    }

    void use(const Announced& announced, bool there)
    {
        const auto& app = announced.volume.app;
        mount_volume(layout_, announced);
        const auto exports = exports_in_qube(exports_of(layout_, app), app, added_by(announced.volume));
        const auto extensions = extensions_of(app, extensions_);
        const auto first = first_start_in(layout_, app).value_or(FirstStart());
        hold_state(app, first);
        if (announced.volume.is_whole) {
            require_no_services(exports, first);
        }
        if (!there) {
            announced.volume.is_whole
                ? compose_whole_view(layout_, app, extensions)
                : compose_private_view(layout_, app, base_of_view(layout_, announced), extensions, first.state);
        }
        const auto owner = first.is_nothing() ? std::nullopt : std::optional(state_owner(layout_, app, first));
        if (owner) {
            show_state(layout_, app, first, *owner);
        }
        write_commands(layout_, app, exports); // the host may have added one
        if (!there) {
            write_file(stamp_file(layout_.view(app)), stamp_of(announced, extensions));
        }
        if (!announced.volume.is_whole) { // a system of its own says in tmpfiles.d what that system needs
            make_temporary_files(app, first.state, there);
        }
        const bool is_ready = !owner || is_started(announced.volume, first, *owner);
        exports_.push_back({app, exports, release_line(announced.volume), announced.volume.rulings,
                            announced.volume.services, announced.volume.turn, owner, first.state, is_ready});
        report_.present.push_back(app);
    }

    /// Two apps do not have one folder of /var/lib, as they do not have one of /run.
    void hold_state(const AppId& app, const FirstStart& first)
    {
        require_own_state(layout_, first);
        for (const auto& name : first.state) {
            const auto holder = state_holders_.try_emplace(name, app).first->second;
            if (holder != app) {
                throw Error(Code::conflict, "its state /var/lib/" + name + " is of " + holder.text());
            }
        }
    }

    /// Whether nothing is left that comes before the app's services; runs it where somebody allowed it.
    bool is_started(const VolumeSlot& volume, const FirstStart& first, const StateOwner& owner)
    {
        if (!first_start_is_due(layout_, volume.app, first)) {
            return true;
        }
        if (!permissions_.of(volume.app, std::string(first_start_consent), volume.services)) {
            report_.notes.push_back(volume.app.text() + ": its first start waits until somebody allows it (" +
                                    volume.app.text() + ':' + std::string(first_start_consent) + ')');
            return false;
        }
        run_first_start(layout_, volume.app, first, owner);
        return true;
    }

    /// Told once for each view: what is not made is missed by who needs it alone.
    void make_temporary_files(const AppId& app, const std::vector<std::string>& state, bool is_told)
    {
        try {
            for (const auto& refused : make_tmpfiles(layout_, app, state)) {
                if (!is_told) {
                    report_.notes.push_back(app.text() + ": tmpfiles.d: not made: " + refused);
                }
            }
        } catch (const std::exception& error) {
            report_.problems.push_back(app.text() + ": tmpfiles.d: " + error.what());
        }
    }

    void export_all()
    {
        const auto planned = plan_exports(layout_, exports_);
        make_tree(layout_.bin(), planned.bin);
        make_tree(layout_.share(), planned.share);
        try {
            link_desktop_entries(layout_, planned.share);
        } catch (const std::exception& error) { // the volume of /rw may be full
            report_.problems.push_back(std::string("links to desktop entries: ") + error.what());
        }
        note(planned.problems);
        report_.notes.insert(report_.notes.end(), planned.notes.begin(), planned.notes.end());
    }

    std::set<std::string> announced_lines() const
    {
        std::set<std::string> lines;
        for (const auto& announced : announcements_.found) {
            lines.insert(release_line(announced.volume));
        }
        return lines;
    }

    void settle_services()
    {
        const auto planned = plan_services(layout_, exports_, permissions_);
        note(permissions_.problems);
        note(planned.problems);
        see_to_services([&] { return services_.settle(planned); });
    }

    template <class Step>
    void see_to_services(Step&& step)
    {
        try {
            note(step());
        } catch (const std::exception& error) {
            report_.problems.push_back(std::string("services: ") + error.what());
        }
    }

    void note(const std::vector<std::string>& problems)
    {
        report_.problems.insert(report_.problems.end(), problems.begin(), problems.end());
    }

    /// Whether `step` went through; what went wrong with one app is no reason to stop.
    template <class Step>
    bool attempt(const AppId& app, Step&& step)
    {
        try {
            step();
            return true;
        } catch (const std::exception& error) {
            report_.problems.push_back(app.text() + ": skipped: " + error.what());
            return false;
        }
    }

    const QubePaths& layout_;
    const Announcements& announcements_;
    Services services_;
    Permissions permissions_;
    RefreshReport report_;
    std::map<std::string, AppId> state_holders_;
    std::vector<AppExports> exports_;
    std::vector<VolumeSlot> extensions_; ///< that are mounted, ascending by app
};

} // namespace

RefreshReport refresh(const QubePaths& layout, const Announcements& announcements)
{
    return Refresh(layout, announcements).run();
}

std::vector<std::string> shown_apps(const QubePaths& layout)
{
    std::vector<std::string> lines;
    for (const auto& folder : {layout.views(), layout.all_data()}) {
        for (const auto& app : apps_in(folder)) {
            if (const auto stamp = stamp_in(folder / app.text())) {
                lines.push_back(stamp->substr(0, stamp->find('\n')));
            }
        }
    }
    std::ranges::sort(lines);
    return lines;
}

} // namespace qpkg::agent
