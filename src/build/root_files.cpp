// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/root_files.hpp"

#include "repo-format/repo/ostree_objects.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/interrupt.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace qpkg::build {
namespace {

constexpr std::array<std::string_view, 9> left_out{"/home",      "/root",      "/run",     "/rw",     "/tmp",
                                                   "/usr/local", "/var/cache", "/var/log", "/var/tmp"};

/// As a base has it: of root, without attributes, to be executed by all or by nobody.
std::uint32_t mode_in_base(const struct stat& info)
{
    if (S_ISLNK(info.st_mode)) {
        return S_IFLNK | 0777U;
    }
    return S_IFREG | ((info.st_mode & 0111U) != 0 ? 0755U : 0644U);
}

void hash_content(const Fd& file, Sha256& digest)
{
    std::array<std::uint8_t, 256 * 1024> buffer; // NOLINT: no need to clear what read() fills
    for (;;) {
        const auto got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0) {
            throw system_error("read", errno);
        }
        if (got == 0) {
            return;
        }
        digest.update(std::span(buffer).first(static_cast<std::size_t>(got)));
    }
}

Digest object_of(const ForeignTree& root, const ForeignTree::Entry& entry)
{
    const bool is_link = S_ISLNK(entry.info.st_mode);
    const ostree::FileHeader header{
        0, 0, mode_in_base(entry.info), 0, is_link ? root.read_link(entry.path) : std::string(), {}};
    Sha256 digest;
    digest.update(ostree::with_length(ostree::encode(header)));
    if (!is_link) {
        hash_content(root.open_file(entry.path), digest);
    }
    return digest.finish();
}

bool is_left_out(const std::string& path)
{
    return is_documentation(path) || std::ranges::any_of(left_out, [&](std::string_view place) {
               return path.starts_with(place) && path.size() > place.size() && path[place.size()] == '/';
           });
}

} // namespace

std::vector<Details::File> files_of_root(const ForeignTree& root)
{
    std::vector<Details::File> files;
    root.walk("", [&](const ForeignTree::Entry& entry) {
        interrupt::throw_if_requested();
        const auto kind = entry.info.st_mode;
        if ((!S_ISREG(kind) && !S_ISLNK(kind)) || is_left_out(entry.path)) {
            return;
        }
        try {
            files.push_back({entry.path, object_of(root, entry)});
        } catch (const Error& error) {
            if (error.code() == Code::interrupted) {
                throw;
            }
        }
    });
    std::ranges::sort(files);
    return files;
}

} // namespace qpkg::build
