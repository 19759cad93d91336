// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/local_hypervisor.hpp"

#include "adapters/local/display.hpp"
#include "adapters/local/run_program.hpp"
#include "adapters/local/start_place.hpp"
#include "adapters/local/wanted_file.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/removal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>

namespace qpkg::local {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_slots = 64;
constexpr std::size_t largest_wanted = 1024 * 1024;
constexpr const char* removed_prefix = ".removed-";

std::string new_machine_id()
{
    auto id = files::read("/proc/sys/kernel/random/uuid", 64);
    std::erase_if(id, [](char c) { return c == '-' || c == '\n'; });
    return id;
}

/// Held by everyone who runs in the qube, and by whoever removes it, alone.
Fd lock_directory(const fs::path& directory, int operation)
{
    Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat held {};
    struct stat there {};
    // Between the two calls the directory may have been removed, and another made.
    if (!fd || ::flock(fd.get(), operation) != 0 || ::fstat(fd.get(), &held) != 0 ||
        ::stat(directory.c_str(), &there) != 0 || held.st_ino != there.st_ino || held.st_dev != there.st_dev) {
        return Fd();
    }
    return fd;
}

Error no_such_qube(const QubeName& qube)
{
    return {Code::not_found, "there is no qube " + qube.text(), "run `qpkg qube list` to see the qubes"};
}

/// What a killed `remove` left. Where something was mounted into it meanwhile it stays, and hinders nobody.
void remove_leftovers(const fs::path& qubes)
{
    for (const auto& entry : fs::directory_iterator(qubes)) {
        if (!entry.path().filename().string().starts_with(removed_prefix)) {
            continue;
        }
        try {
            files::remove_tree(entry.path());
        } catch (const Error& error) {
            log::warning("what is left of a removed qube stays: " + std::string(error.what()));
        }
    }
}

fs::path free_place(const fs::path& qubes, const QubeName& qube)
{
    auto place = qubes / (removed_prefix + qube.text());
    for (int number = 2; fs::exists(place); ++number) {
        place = qubes / (removed_prefix + qube.text() + '-' + std::to_string(number));
    }
    return place;
}

} // namespace

LocalHypervisor::LocalHypervisor(LocalOptions options) : options_(std::move(options)), places_(runtime() / "places") {}

Capabilities LocalHypervisor::capabilities() const
{
    return {.hot_attach = true, .max_slots = most_slots, .starts_services = options_.has_systemd, .keeps_bases = true};
}

fs::path LocalHypervisor::directory_of(const QubeName& qube) const { return options_.root / "qubes" / qube.text(); }

fs::path LocalHypervisor::runtime() const
{
    return options_.runtime.empty() ? options_.root / "run" : options_.runtime;
}

std::vector<QubeName> LocalHypervisor::names() const
{
    std::vector<QubeName> names;
    const auto qubes = options_.root / "qubes";
    if (!fs::exists(qubes)) {
        return names;
    }
    std::error_code refused; // homes are nobody else's: an ordinary user asks the database alone
    const fs::directory_iterator entries(qubes, fs::directory_options::skip_permission_denied, refused);
    if (refused) {
        throw system_error("read " + qubes.string(), refused.value());
    }
    for (const auto& entry : entries) {
        const auto name = QubeName::parse(entry.path().filename().string());
        if (name && fs::exists(entry.path() / "wanted")) {
            names.push_back(*name);
        }
    }
    std::ranges::sort(names);
    return names;
}

std::optional<WantedFile> LocalHypervisor::read(const QubeName& qube) const
{
    const auto path = directory_of(qube) / "wanted";
    const auto bytes = files::read_if_exists(path, largest_wanted);
    if (!bytes) {
        return std::nullopt;
    }
    return with_context(path.string(), [&] { return parse_wanted(*bytes); });
}

WantedFile LocalHypervisor::require(const QubeName& qube) const
{
    if (auto wanted = read(qube)) {
        return *std::move(wanted);
    }
    throw no_such_qube(qube);
}

void LocalHypervisor::write(const QubeName& qube, const WantedFile& wanted) const
{
    files::write(directory_of(qube) / "wanted", encode_wanted(wanted));
    fault_point("local.wanted");
}

std::vector<RunningQube> LocalHypervisor::qubes()
{
    const auto running = attached();
    std::map<QubeName, bool> found;
    for (const auto& name : names()) {
        found.emplace(name, false);
    }
    for (const auto& session : running) {
        found[session.qube] = true;
    }
    std::vector<RunningQube> all;
    for (const auto& [name, runs] : found) {
        all.push_back({name, runs});
    }
    return all;
}

std::vector<Attachment> LocalHypervisor::wanted()
{
    std::vector<Attachment> all;
    for (const auto& name : names()) {
        auto file = require(name);
        all.push_back({.qube = name, .slots = std::move(file.slots), .base = file.base});
    }
    return all;
}

std::vector<Attachment> LocalHypervisor::attached() { return places_.running(); }

void LocalHypervisor::create(const QubeName& qube, const VolumeId& base)
{
    if (read(qube)) {
        return;
    }
    const auto directory = directory_of(qube);
    files::make_directories(directory.parent_path(), 0700); // homes may hold what root of a qube made setuid
    files::make_directories(directory / "home");
    files::make_directories(directory / "rw");
    fault_point("local.directories");
    write(qube, {base, new_machine_id(), {}});
}

void LocalHypervisor::require_removable(const QubeName& qube)
{
    with_context("remove the qube " + qube.text(), [&] { files::require_removable(directory_of(qube)); });
}

void LocalHypervisor::remove(const QubeName& qube)
{
    const auto directory = directory_of(qube);
    const auto qubes = directory.parent_path();
    if (!fs::exists(qubes)) {
        return;
    }
    remove_leftovers(qubes);
    if (!fs::exists(directory)) {
        return;
    }
    if (!live(qube).connect()) {
        places_.wait_for_end(qube);
    }
    const auto held = lock_directory(directory, LOCK_EX | LOCK_NB);
    if (!held) {
        throw Error(Code::conflict, "remove the qube " + qube.text() + ": it is running");
    }
    require_removable(qube);
    const auto removed = free_place(qubes, qube);
    files::rename_durably(directory, removed);
    fault_point("local.removed");
    files::remove_tree(removed);
}

void LocalHypervisor::set_wanted(const QubeName& qube, std::span<const VolumeSlot> slots,
                                 const std::optional<VolumeId>& base)
{
    const auto now = require(qube);
    const WantedFile next{base.value_or(now.base), now.machine_id, possible_slots(qube, slots, most_slots)};
    if (next != now) {
        write(qube, next);
    }
}

void LocalHypervisor::attach(const QubeName& qube, const VolumeSlot& slot)
{
    live(qube).attach(require(qube).slots, slot);
}

Detached LocalHypervisor::detach(const QubeName& qube, const VolumeSlot& slot)
{
    require(qube);
    return live(qube).detach(slot);
}

void LocalHypervisor::announce(const QubeName& qube) { live(qube).announce(require(qube).slots); }

LiveQube LocalHypervisor::live(const QubeName& qube) const
{
    return {places_, qube, [this](const VolumeSlot& slot) { return image_of(slot.volume, slot.app.text()); }};
}

fs::path LocalHypervisor::image_of(const VolumeId& volume, const std::string& what) const
{
    auto path = options_.volume_path(volume);
    if (!fs::exists(path)) {
        throw Error(Code::not_found, "the volume of " + what + ", " + volume.hex() + ", is not there",
                    "run `qpkg restore` to build it again");
    }
    return path;
}

/// The qube's place, which is made when it is not there.
PlaceLink LocalHypervisor::enter(const QubeName& qube)
{
    if (auto link = live(qube).connect()) {
        return *std::move(link);
    }
    const auto door = places_.door(qube);
    if (auto link = live(qube).connect()) { // somebody was faster
        return *std::move(link);
    }
    places_.clear(qube); // one that is just ending
    places_.clear_dead();
    return open_place(qube);
}

PlaceLink LocalHypervisor::open_place(const QubeName& qube)
{
    const auto directory = directory_of(qube);
    const auto held = lock_directory(directory, LOCK_SH);
    if (!held) {
        throw no_such_qube(qube);
    }
    const auto wanted = require(qube);
    const auto stage = runtime() / "stage";
    files::make_directories(stage, 0700);
    const auto base = image_of(wanted.base, "the base");
    const auto first = live(qube).first_volumes(wanted.slots);
    NewPlace place(places_, qube, {wanted.base, first.record});
    const PlaceRoot root{.stage = stage,
                         .base = base,
                         .home = directory / "home",
                         .rw = directory / "rw",
                         .programs = options_.programs,
                         .host_files = place.path(),
                         .hostname = qube.text(),
                         .machine_id = wanted.machine_id};
    PlaceLink link(start_place(root, place, places_.path(qube), held));
    if (!link.greet()) {
        throw Error(Code::failed, "the qube ended while it began");
    }
    live(qube).tell(link, wanted.slots, first.coming);
    place.publish();
    return link;
}

int LocalHypervisor::run(const QubeName& qube, const RunRequest& request)
{
    require(qube);
    return with_context("run in " + qube.text(), [&] {
        auto link = enter(qube);
        const auto display = callers_display();
        auto environment = program::callers_environment();
        environment.insert(display.environment.begin(), display.environment.end());
        share_display(display, link, places_.path(qube));
        const int status = run_program(link, request, environment);
        live(qube).settle(link);
        return status;
    });
}

void LocalHypervisor::start(const QubeName& qube)
{
    require(qube);
    auto link = enter(qube);
    link.send(session::Kind::keep);
    link.answer();
}

void LocalHypervisor::stop(const QubeName& qube)
{
    require(qube);
    if (auto link = live(qube).connect()) {
        link->send(session::Kind::quit);
        while (link->read_more()) { // until it has ended
        }
    }
    const auto door = places_.door(qube);
    places_.clear(qube);
}

} // namespace qpkg::local
