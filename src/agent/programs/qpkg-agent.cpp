// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the agent starts in this order. First what a bare initramfs may not have yet, then the qube's private disk, since
// consents of its user lie there; then the announcements, and last views, names and services. A private disk that
// cannot be mounted and an app that cannot be shown are told, with exit code 10, and the qube starts: whoever sits
// before it must be able to look.
//
// It is static and needs no library of a base: it runs in bases of any age, before anything else does.

// Mounts the volumes this qube was told of and shows their apps; starts what the host of a virtual machine asks for.
#include "agent/app_state.hpp"
#include "agent/boot.hpp"
#include "agent/disks.hpp"
#include "agent/init.hpp"
#include "agent/own_disk.hpp"
#include "agent/refresh.hpp"
#include "agent/serve.hpp"
#include "agent/sources.hpp"
#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace {

using namespace qpkg;

const agent::Surroundings surroundings;
constexpr const char* usage =
    "usage: qpkg-agent boot | qpkg-agent refresh | qpkg-agent list | qpkg-agent serve [PORT] | "
    "qpkg-agent forget APP | qpkg-agent init";

int show(const agent::QubePaths& layout, const agent::Announcements& announcements)
{
    agent::offer_runner(layout);
    const auto report = agent::refresh(layout, announcements);
    for (const auto* lines : {&report.problems, &report.notes}) {
        for (const auto& line : *lines) {
            std::fprintf(stderr, "qpkg-agent: %s\n", line.c_str());
        }
    }
    for (const auto& disk : agent::disks_in_use(surroundings, announcements)) {
        std::fputs(encode_in_use(disk).c_str(), stdout);
    }
    return report.problems.empty() ? 0 : static_cast<int>(Code::partly);
}

/// Without its private disk a qube still shows its apps.
int mount_own_disk(const agent::QubePaths& layout)
{
    try {
        agent::mount_own_disk(surroundings, layout);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "qpkg-agent: %s\n", error.what());
        return static_cast<int>(Code::partly);
    }
}

/// A qube that nobody tells of volumes starts as it is.
int boot(const agent::QubePaths& layout)
{
    agent::mount_what_is_missing();
    const int status = mount_own_disk(layout);
    const auto announcements = agent::read_announcements(surroundings);
    return announcements ? std::max(status, show(layout, *announcements)) : status;
}

int refresh(const agent::QubePaths& layout)
{
    if (const auto announcements = agent::read_announcements(surroundings)) {
        return show(layout, *announcements);
    }
    throw Error(Code::not_found,
                "nobody tells this qube of volumes: no /run/qpkg/announced, no QubesDB, no config disk, "
                "nothing on the kernel's command line");
}

int list(const agent::QubePaths& layout)
{
    for (const auto& line : agent::shown_apps(layout)) {
        std::printf("%s\n", line.c_str());
    }
    return 0;
}

int run(std::string_view verb)
{
    const agent::QubePaths layout;
    if (verb == "boot") {
        return boot(layout);
    }
    if (verb == "refresh") {
        return refresh(layout);
    }
    if (verb == "list") {
        return list(layout);
    }
    if (verb == "serve") {
        agent::serve_all(surroundings);
    }
    if (verb == "init") {
        agent::be_first_process();
    }
    throw Error(Code::usage, usage);
}

} // namespace

int main(int count, char** arguments)
{
    ::umask(022); // views, units and menus are for every user of the qube
    try {
        if (count == 3 && std::string_view(arguments[1]) == "serve") {
            agent::serve(arguments[2]);
        }
        if (count == 3 && std::string_view(arguments[1]) == "forget") {
            agent::forget_state(agent::QubePaths(), AppId::require(arguments[2]));
            return 0;
        }
        return run(count == 2 ? arguments[1] : "");
    } catch (const Error& error) {
        std::fprintf(stderr, "qpkg-agent: %s\n", error.what());
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "qpkg-agent: %s\n", error.what());
        return static_cast<int>(Code::failed);
    }
}
