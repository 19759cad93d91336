// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace qpkg {

struct Capabilities {
    bool hot_attach;       ///< `attach` and `detach` work on a running qube
    std::size_t max_slots; ///< volumes per qube
};

/// One app's volume as a qube is told of it.
struct VolumeSlot {
    AppId app;
    std::string version;
    View view;
    VolumeId volume;

    friend auto operator<=>(const VolumeSlot&, const VolumeSlot&) = default;
};

struct Attachment {
    QubeName qube;
    std::vector<VolumeSlot> slots; ///< ascending by app

    friend bool operator==(const Attachment&, const Attachment&) = default;
};

struct RunningQube {
    QubeName name;
    bool running;
};

/// Drives qubes. Every method may be repeated; what is live is never remembered, always asked.
class Hypervisor {
public:
    virtual ~Hypervisor() = default;

    virtual Capabilities capabilities() const = 0;
    virtual std::vector<RunningQube> qubes() = 0;
    /// What is set for the next start.
    virtual std::vector<Attachment> wanted() = 0;
    /// What running qubes have now.
    virtual std::vector<Attachment> attached() = 0;

    virtual void create(const QubeName& qube, const VolumeId& base) = 0; ///< there already is success
    virtual void remove(const QubeName& qube) = 0;                       ///< absent is success; running is Error conflict
    virtual void set_wanted(const QubeName& qube, std::span<const VolumeSlot> slots) = 0;
    virtual void attach(const QubeName& qube, const VolumeSlot& slot) = 0; ///< read-only, always; twice is success
    virtual void detach(const QubeName& qube, const VolumeSlot& slot) = 0; ///< absent is success
};

enum class RunAs { user, root };

struct RunRequest {
    std::vector<std::string> argv; ///< empty: the user's shell
    RunAs user = RunAs::user;
};

/// Runs a program in a qube with this process's standard streams.
class QubeRunner {
public:
    virtual ~QubeRunner() = default;

    /// The program's exit status; 127 when the qube has no such program; 128 + n when it died by signal n.
    virtual int run(const QubeName& qube, const RunRequest& request) = 0;
};

} // namespace qpkg
