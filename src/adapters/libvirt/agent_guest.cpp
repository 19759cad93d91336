// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/agent_guest.hpp"

#include "adapters/libvirt/guest_session.hpp"
#include "core/program.hpp"
#include "repo-format/guest/announcement.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <unistd.h>

namespace qpkg::libvirt {
namespace {

constexpr std::size_t longest_answer = 200; ///< characters that people are shown

Deadline after(std::chrono::milliseconds patience) { return std::chrono::steady_clock::now() + patience; }

std::optional<session::TerminalSize> callers_terminal()
{
    return ::isatty(STDOUT_FILENO) != 0 ? size_of_terminal(STDIN_FILENO) : std::nullopt;
}

} // namespace

std::set<std::string> AgentGuest::refresh(const Door& door)
{
    const auto deadline = after(patience_.refresh);
    const auto answer = with_context("tell " + door.qube.text(), [&] {
        return GuestSession(door, deadline).ask({.who = session::Who::agent, .argv = {"refresh"}}, deadline);
    });
    const auto words = text::escaped(answer.errors.empty() ? answer.output : answer.errors, longest_answer);
    if (answer.status != 0) {
        throw Error(Code::failed, "the agent could not refresh: " + (words.empty() ? "(silence)" : words),
                    "starting " + door.qube.text() + " again helps, too");
    }
    if (!words.empty()) {
        log::debug("the agent of " + door.qube.text() + " says: " + words);
    }
    return disks_in_use(answer.output);
}

int AgentGuest::run(const Door& door, const RunRequest& request)
{
    auto environment = program::callers_environment();
    for (const auto* of_this_host : {"DISPLAY", "WAYLAND_DISPLAY"}) {
        environment.erase(of_this_host);
    }
    const auto who = request.user == RunAs::root ? session::Who::root : session::Who::user;
    const session::Order order{who, callers_terminal(), std::move(environment), request.argv};
    return GuestSession(door, after(patience_.start)).pass(order);
}

} // namespace qpkg::libvirt
