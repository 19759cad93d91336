// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a directory is read like a server. A stick or a network share holds the same static files as a web server, and is
// trusted no more. Its files may be anything and its links may lead anywhere: what is no regular file, or lies outside,
// is refused.
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/ports/fetcher.hpp"

#include <filesystem>

namespace qpkg::fetch {

/// Reads a repository from a directory (a disk, a USB stick). Nothing outside of it is ever opened: a symlink that
/// leads out is Error failed, as is anything that is not a regular file.
class DirectoryFetcher final : public Fetcher {
public:
    explicit DirectoryFetcher(std::filesystem::path directory);

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override;
    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override;

private:
    Fd open(const std::string& path) const;
    void stream(const FetchRequest& request, std::size_t index, int fd, FetchSink& sink) const;

    std::filesystem::path directory_;
    Fd root_;
};

} // namespace qpkg::fetch
