// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/services.hpp"

#include "agent/child.hpp"
#include "agent/own_tables.hpp"
#include "agent/small_files.hpp"

#include "qpkg/core/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace qpkg::agent {
namespace {

constexpr std::size_t largest_record = 4096;

constexpr std::string_view drop_ins = ".d";
constexpr const char* drop_in_name = "50-qpkg.conf";

bool is_ours(const fs::path& place, const fs::path& units)
{
    std::error_code absent;
    const auto target = fs::read_symlink(place, absent);
    return !absent && target.string().starts_with(units.string() + '/');
}

fs::path record(const QubePaths& layout, const std::string& name) { return layout.started() / name; }

std::string record_of(const ServiceUnit& unit)
{
    return unit.release + (unit.rights == ServiceRights::own ? "\nown" : "\nconfined");
}

std::string release_of(const std::string& recorded) { return recorded.substr(0, recorded.find('\n')); }

/// By name: the release a service was started for, and its rights.
std::map<std::string, std::string> started(const QubePaths& layout)
{
    std::map<std::string, std::string> found;
    if (fs::exists(layout.started())) {
        for (const auto& name : names_in(layout.started())) {
            found[name] = read_file(record(layout, name), largest_record);
        }
    }
    return found;
}

} // namespace

Systemctl systemctl()
{
    return [](const std::vector<std::string>& words) {
        std::vector<std::string> argv = {"/usr/bin/timeout", "60", "/usr/bin/systemctl", "--quiet"};
        argv.insert(argv.end(), words.begin(), words.end());
        const auto child = run_child(argv, 0);
        if (!child || child->status != 0) {
            std::string all = "systemctl";
            for (const auto& word : words) {
                all += ' ' + word;
            }
            throw Error(Code::failed, all + ": " + (child ? "status " + std::to_string(child->status) : "not there"));
        }
    };
}

Services::Services(const QubePaths& layout, Systemctl systemctl) : layout_(layout), systemctl_(std::move(systemctl)) {}

bool Services::is_idle() const { return !fs::is_directory(layout_.systemd() / "system"); }

bool Services::call(const std::vector<std::string>& words)
{
    try {
        systemctl_(words);
        return true;
    } catch (const Error& error) {
        problems_.emplace_back(error.what());
        return false;
    }
}

void Services::stop(const std::vector<std::string>& names)
{
    if (names.empty()) {
        return;
    }
    is_changed_ = true;
    std::vector<std::string> words = {"stop"};
    words.insert(words.end(), names.begin(), names.end());
    call(words);
    for (const auto& name : names) {
        fs::remove(record(layout_, name));
    }
}

std::vector<std::string> Services::stop_all_but(const std::set<std::string>& announced)
{
    std::vector<std::string> gone;
    if (!is_idle()) {
        for (const auto& [name, release] : started(layout_)) {
            if (!announced.contains(release_of(release))) {
                gone.push_back(name);
            }
        }
        stop(gone);
    }
    return std::exchange(problems_, {});
}

/// The units themselves lie with what else the agent makes; systemd's folder has links to them, which tell ours from
/// what somebody else put there.
void Services::place(const PlannedServices& planned) const
{
    PlannedTree tree;
    PlannedTree links;
    for (const auto& [name, unit] : planned.units) {
        tree[name] = {PlannedFile::Kind::file, unit.bytes};
        const auto drop_in = fs::path(name + std::string(drop_ins)) / drop_in_name;
        tree[drop_in] = {PlannedFile::Kind::file, unit.drop_in};
        for (const auto& file : {fs::path(name), drop_in}) {
            links[file] = {PlannedFile::Kind::link, (layout_.units() / file).string()};
        }
    }
    make_tree(layout_.units(), tree);
    const auto folder = layout_.systemd() / "system";
    for (const auto& name : names_in(folder)) {
        const auto place = name.ends_with(drop_ins) ? folder / name / drop_in_name : folder / name;
        if (is_ours(place, layout_.units()) && !links.contains(place.lexically_relative(folder))) {
            fs::remove(place);
            ::rmdir(place.parent_path().c_str()); // stays when somebody else has drop-ins there
        }
    }
    for (const auto& [name, link] : links) {
        const auto place = folder / name;
        if (!is_ours(place, layout_.units())) {
            fs::create_directories(place.parent_path());
            fs::create_symlink(link.content, place);
        }
    }
}

void Services::start(const std::string& name, const std::string& recorded)
{
    if (call({"start", "--no-block", name})) { // not waited for: it is ordered after the agent, which still runs
        fs::create_directories(layout_.started());
        write_file(record(layout_, name), recorded);
    }
}

std::vector<std::string> Services::settle(const PlannedServices& planned)
{
    if (is_idle()) {
        return {};
    }
    std::vector<std::string> unwanted;
    for (const auto& [name, release] : started(layout_)) {
        const auto found = planned.units.find(name);
        if (found == planned.units.end() || record_of(found->second) != release) {
            unwanted.push_back(name);
        }
    }
    stop(unwanted);
    know_accounts(layout_, planned.accounts);
    place(planned);
    const auto running = started(layout_);
    is_changed_ |= std::ranges::any_of(planned.units, [&](const auto& unit) { return !running.contains(unit.first); });
    if (std::exchange(is_changed_, false)) {
        call({"daemon-reload"});
    }
    for (const auto& [name, unit] : planned.units) {
        if (!running.contains(name)) {
            start(name, record_of(unit));
        }
    }
    return std::exchange(problems_, {});
}

} // namespace qpkg::agent
