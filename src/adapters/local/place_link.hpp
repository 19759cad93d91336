// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/guest/place.hpp"
#include "repo-format/guest/session.hpp"

#include "qpkg/core/fd.hpp"
#include "qpkg/core/mounts.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::local {

/// One conversation with the first process of a place (repo-format/guest/place.md). What comes is believed nothing of:
/// it becomes an exit status, a terminal that is relayed, or words for a person.
class PlaceLink {
public:
    explicit PlaceLink(Fd socket) : socket_(std::move(socket)) {}

    /// False when the place ends just now.
    bool greet();

    bool send(session::Kind kind, std::string_view payload = {}, std::span<const int> fds = {});
    void send_words(std::string_view words);

    /// Puts a mount over a path of the place.
    void put(const std::filesystem::path& path, const Fd& mount);

    /// Readable when something comes, or the place ended.
    int incoming() const { return socket_.get(); }

    struct Message {
        session::Frame frame;
        Fd file; ///< that came along
    };
    /// What has come already; `read_more` waits for more.
    std::optional<Message> next();
    bool read_more(); ///< false at the place's end

    struct Answer {
        int status;
        std::string errors; ///< what went wrong, a line each
        std::string notes;  ///< what gave way, a line each: nothing is wrong with that
    };
    /// Waits for the end of what was asked for. Error failed when the place ends first.
    Answer answer();

private:
    Fd socket_;
    session::FrameReader reader_;
    std::vector<Fd> files_;
};

} // namespace qpkg::local
