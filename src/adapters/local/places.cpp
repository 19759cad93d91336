// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/places.hpp"

#include "core/unix_sockets.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/removal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_record = 1024 * 1024;
constexpr std::string_view new_prefix = ".new~";
constexpr const char* socket_name = "socket";
constexpr const char* base_name = "base"; ///< holds 64 hex digits
constexpr int longest_end = 15'000;       ///< ms from when nobody can speak to a place to its end
constexpr int between_tries = 5;

enum class Held { yes, no, not_there };

Held lock_state(const fs::path& place)
{
    const Fd fd(::open((place / "lock").c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && (errno == ENOENT || errno == ENOTDIR)) {
        return Held::not_there;
    }
    if (!fd) {
        throw system_error("open " + (place / "lock").string(), errno);
    }
    if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) {
        return Held::no;
    }
    if (errno != EWOULDBLOCK) {
        throw system_error("lock " + (place / "lock").string(), errno);
    }
    return Held::yes;
}

/// Nothing where the place ends just now.
std::optional<VolumeId> base_of(const fs::path& place)
{
    const auto text = files::read_if_exists(place / base_name, largest_record);
    return text ? VolumeId::from_hex(*text) : std::nullopt;
}

Fd open_folder(const fs::path& place) { return Fd(::open(place.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)); }

} // namespace

void remove_place(const fs::path& place)
{
    try {
        files::remove_tree(place);
    } catch (const std::exception& error) { // an ordinary user asks, or somebody else removes it now
        log::debug(error.what());
    }
}

Places::Places(fs::path directory) : directory_(std::move(directory)) {}

std::vector<Attachment> Places::running() const
{
    std::vector<Attachment> found;
    if (!fs::exists(directory_)) {
        return found;
    }
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const auto qube = QubeName::parse(entry.path().filename().string());
        if (const auto has = qube && entry.is_directory() ? record(*qube) : std::nullopt) {
            found.push_back({.qube = *qube, .slots = all_slots(*has), .base = base_of(entry.path())});
        }
    }
    std::ranges::sort(found, {}, &Attachment::qube);
    return found;
}

bool Places::is_running(const QubeName& qube) const { return lock_state(path(qube)) == Held::yes; }

std::optional<PlaceRecord> Places::record(const QubeName& qube) const
{
    if (!is_running(qube)) {
        return std::nullopt;
    }
    const auto file = path(qube) / "volumes";
    const auto text = files::read_if_exists(file, largest_record);
    return text ? std::optional(with_context(file.string(), [&] { return parse_place(*text); })) : std::nullopt;
}

void Places::write_record(const QubeName& qube, const PlaceRecord& record) const
{
    files::write(path(qube) / "volumes", encode_place(record), 0644, files::Durability::scratch);
}

Fd Places::connect(const QubeName& qube) const
{
    const auto folder = open_folder(path(qube));
    return folder ? unix_sockets::connect_in(folder, socket_name) : Fd();
}

Fd Places::door(const QubeName& qube) const
{
    files::make_directories(directory_);
    const auto file = directory_ / (qube.text() + "~door");
    Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd || ::flock(fd.get(), LOCK_EX) != 0) {
        throw system_error("lock " + file.string(), errno);
    }
    return fd;
}

void Places::wait_for_end(const QubeName& qube) const
{
    for (int waited = 0; is_running(qube); waited += between_tries) {
        if (waited >= longest_end) {
            throw Error(Code::failed, qube.text() + " is ending, and does not end",
                        "see with ps what runs in it, and end it");
        }
        ::usleep(between_tries * 1000);
    }
}

void Places::clear(const QubeName& qube) const
{
    wait_for_end(qube);
    remove_place(path(qube));
}

void Places::clear_dead() const
{
    if (!fs::exists(directory_)) {
        return;
    }
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const bool is_place = entry.is_directory();
        if (is_place && lock_state(entry.path()) != Held::yes) {
            remove_place(entry.path());
        }
    }
}

NewPlace::NewPlace(const Places& places, const QubeName& qube, const Content& content)
    : path_(places.path(qube).parent_path() / (std::string(new_prefix) + qube.text())), final_path_(places.path(qube))
{
    remove_place(path_);
    files::make_directories(path_, 0755);
    lock_ = Fd(::open((path_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!lock_ || ::flock(lock_.get(), LOCK_EX) != 0) {
        throw system_error("lock " + path_.string(), errno);
    }
    files::write(path_ / base_name, content.base.hex(), 0644, files::Durability::scratch);
    files::write(path_ / "volumes", encode_place(content.record), 0644, files::Durability::scratch);
    listening_ = unix_sockets::listen_in(open_folder(path_), socket_name);
}

NewPlace::~NewPlace()
{
    if (!published_) {
        remove_place(path_);
    }
}

void NewPlace::publish()
{
    if (::rename(path_.c_str(), final_path_.c_str()) != 0) {
        throw system_error("make the place " + final_path_.string(), errno);
    }
    path_ = final_path_;
    published_ = true;
}

} // namespace qpkg::local
