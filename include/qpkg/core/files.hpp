// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why durable files have one door. A file survives a power cut only if its bytes are synced before it gets its name,
// and the directory after it. Forgotten once, it works on every machine until the power fails on one. So this order is
// written down here and nowhere else, and tests can leave out a sync to see that somebody notices
// (`QPKG_FAULT_NO_SYNC`).
//
// Replacing a file is always a rename: a reader sees the old bytes or the new ones. Writing in place would show a
// mixture.
#pragma once

#include "qpkg/core/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The one door to durable files. Nothing else in qpkg calls rename or fsync on what must survive a crash.
namespace qpkg::files {

namespace fs = std::filesystem;

/// open(2) with O_CLOEXEC; throws Error "open <path>: …" (not_found for ENOENT).
Fd open(const fs::path& path, int flags, unsigned mode = 0644);

/// The whole file; more than `cap` bytes is an Error no_space that has read no more than cap + 1 bytes.
std::string read(const fs::path& path, std::size_t cap);
/// The rest of an open file; `path` is for the message.
std::string read(int fd, const fs::path& path, std::size_t cap);
/// As `read`, nothing when the file is not there.
std::optional<std::string> read_if_exists(const fs::path& path, std::size_t cap);

/// Hands over the rest of an open file piece by piece. Interruptible.
void each_piece(int fd, const fs::path& path, const std::function<void(std::span<const std::uint8_t>)>& take);

enum class Durability { durable, scratch };

/// Replaces `path` at once: temporary file beside it → fsync → rename → fsync of the directory.
void write(const fs::path& path, std::string_view bytes, unsigned mode = 0644, Durability = Durability::durable);

void write_all(int fd, std::span<const std::uint8_t> bytes);
void write_all(int fd, std::string_view bytes);

void sync_file(int fd);
void sync_directory(const fs::path& directory);
/// Writes back everything of the file system that `path` lies on (syncfs).
void sync_filesystem(const fs::path& path);
/// rename, then fsync of the target's directory. The source's bytes must be durable already.
void rename_durably(const fs::path& from, const fs::path& to);
/// Puts the directory `from` in the place of `to`, which may be absent, at once; what was there is removed afterwards.
/// The bytes of `from` must be durable already.
void replace_directory(const fs::path& from, const fs::path& to);
/// unlink, then fsync of the directory; absent is success.
void remove_durably(const fs::path& path);

/// mkdir -p; a directory that was made is durable.
void make_directories(const fs::path& path, unsigned mode = 0755);

/// A directory below `parent` that is removed with everything in it at the end of its life.
class TemporaryDirectory {
public:
    explicit TemporaryDirectory(const fs::path& parent, std::string_view prefix = "tmp-");
    TemporaryDirectory(TemporaryDirectory&&) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
    ~TemporaryDirectory();

    const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

} // namespace qpkg::files
