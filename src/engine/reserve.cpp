// SPDX-License-Identifier: LGPL-2.1-or-later
#include "engine/reserve.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/room.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace qpkg::engine {
namespace {

constexpr off_t size = off_t{1} << 20U;
constexpr std::uint64_t left_to_others = 16; ///< so many times its size must be free, or it would make a disk full

} // namespace

Reserve::Reserve(const std::filesystem::path& root) : path_(root / "reserve") {}

void Reserve::give_up() const
{
    try {
        files::remove_durably(path_);
        files::sync_filesystem(path_.parent_path()); // btrfs gives the space back with its next transaction
    } catch (const Error& error) {
        log::debug(std::string("the reserve stays: ") + error.what());
    }
}

void Reserve::make() const
{
    try {
        const auto free = files::room_at(path_.parent_path());
        if (std::filesystem::exists(path_) || free.bytes < left_to_others * size || free.files < left_to_others) {
            return;
        }
        const auto file = files::open(path_, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (::posix_fallocate(file.get(), 0, size) != 0) {
            ::unlink(path_.c_str());
        }
    } catch (const Error& error) {
        log::debug(std::string("no reserve is made: ") + error.what());
    }
}

} // namespace qpkg::engine
