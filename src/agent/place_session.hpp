// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/place_program.hpp"
#include "agent/qube_paths.hpp"
#include "repo-format/guest/session.hpp"

#include <string>
#include <vector>

namespace qpkg::agent {

/// One conversation of a host with the place (repo-format/guest/place.md), in a process of its own below the first one.
class PlaceSession {
public:
    PlaceSession(const QubePaths& layout, std::string qube, Fd socket);

    /// Until the program has ended, or the host is gone.
    void run();

private:
    void listen();
    void obey(const session::Frame& frame);
    void obey_or_say_why(const session::Frame& frame);
    void prepare(const session::Frame& frame);
    void put(const session::Frame& frame);
    void change_volumes();
    void look_after_program();
    bool answer(session::Kind kind, std::string_view payload, std::span<const int> fds = {});
    void end(int status);
    std::vector<Fd> take_files();

    QubePaths layout_;
    std::string qube_;
    Fd socket_;
    Fd children_;
    session::FrameReader reader_;
    std::string words_;
    std::vector<Fd> files_; ///< that came and that no frame has taken yet
    std::optional<PlaceProgram> program_;
    bool over_ = false;
};

} // namespace qpkg::agent
