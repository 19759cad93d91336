// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why every method may be repeated. A command may be killed between any two calls, and the next one calls again. So
// "there already" and "gone already" are success, and what is live is asked, never remembered. Wanted and attached are
// two lists because a running machine and its next start are two things: most backends keep both, and a change has to
// reach both.
//
// Loop devices, domains and front ends are the adapter's business. One contract suite (tests/contract) runs on every
// implementation, the fake of the unit tests included.
#pragma once

#include "qpkg/core/error.hpp"
#include "qpkg/model/attachment.hpp"
#include "qpkg/model/menu.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qpkg {

struct Capabilities {
    bool hot_attach;             ///< `attach` and `detach` work on a running qube
    std::size_t max_slots;       ///< volumes per qube; apps may be more
    bool owns_qubes = false;     ///< qubes exist only because qpkg made them: gc may remove one that no database names
    bool makes_qubes = true;     ///< `create` can; else qubes come and go by other tools
    bool starts_services = true; ///< qubes have a systemd
    bool keeps_bases = false;    ///< an app's view can stand on another base than its qube
};

struct RunningQube {
    QubeName name;
    bool running;
    std::optional<QubeName> disposable_of = {}; ///< it was made from that qube and has the apps that one had then
    enum class Kind { usual, template_qube, remote_qube };
    Kind kind = Kind::usual;   ///< others are made from a `template_qube`, without its apps; a `remote_qube` is on
                               ///< another machine
    std::string identity = {}; ///< stays with the qube; a new one of an old name has another. Empty: there is no such
};

/// What a qube starts from where qpkg does not make qubes: on Qubes its template, or itself where it has none.
struct OutsideRoot {
    QubeName name;
    std::string identity; ///< as RunningQube's
    std::string updated;  ///< another word after each of its updates that the backend hears of
};

/// Something about this machine that keeps volumes from qubes, or will.
struct HostFault {
    enum class Weight { problem, advice };

    Weight weight;
    std::string subject; ///< "work", "/etc/qubes/templates/libvirt/xen-user.xml"
    std::string words;   ///< what is wrong with it
    std::string hint;    ///< what to do
};

/// How a volume left a running qube.
enum class Detached {
    gone,
    in_use, ///< programs run from it: it stays until they end and somebody detaches it again
};

/// Drives qubes. Every method may be repeated; what is live is never remembered, always asked.
class Hypervisor {
public:
    virtual ~Hypervisor() = default;

    virtual Capabilities capabilities() const = 0;
    /// Ascending by name, as `wanted`.
    virtual std::vector<RunningQube> qubes() = 0;
    /// The base of a qube that qpkg did not make, where somebody has said it. Error not_found: no such qube.
    virtual std::optional<BaseId> outside_base(const QubeName&) { return std::nullopt; }
    /// Nothing where qpkg makes the qubes. Error not_found: no such qube.
    virtual std::optional<OutsideRoot> outside_root(const QubeName&) { return std::nullopt; }
    /// Asks a running root what it is made of. The answer (repo-format/repo/root_description.hpp) is the root's own
    /// word. Errors: not_found, conflict (it does not run), failed (it does not answer), unsupported (there are no such
    /// roots).
    virtual std::string describe_root(const QubeName& root)
    {
        throw Error(Code::unsupported, root.text() + ": this backend's qubes start from bases that qpkg knows");
    }
    /// Says which base a root stands for: `outside_base` of it, and of the qubes that start from it.
    virtual void name_base(const QubeName& root, const BaseId&) { describe_root(root); }
    /// Whether programs in the qube reach a network. Only who knows says that they do not: also a qube that the backend
    /// has no more counts as one with a network.
    virtual bool has_network(const QubeName&) { return true; }
    /// What is set for the next start: an entry for every qube but disposables, also one without slots.
    /// One of which nobody can say it has a `problem` and hinders no other; the same for `attached`.
    virtual std::vector<Attachment> wanted() = 0;
    /// The same of one qube, also of a disposable; without slots where it is gone.
    virtual Attachment wanted_of(const QubeName& qube)
    {
        for (auto& attachment : wanted()) {
            if (attachment.qube == qube) {
                return attachment;
            }
        }
        return {qube, {}};
    }
    /// Every slot that any qube names, disposables included: `gc` keeps those, recorded or not. Fails where one
    /// qube cannot be asked.
    virtual std::vector<VolumeSlot> named()
    {
        std::vector<VolumeSlot> all;
        for (const auto& attachment : wanted()) {
            all.insert(all.end(), attachment.slots.begin(), attachment.slots.end());
        }
        return all;
    }
    /// What running qubes have now, ascending by name.
    virtual std::vector<Attachment> attached() = 0;

    /// Makes it, wanting nothing; there already is success and changes nothing. Error unsupported for one that is not
    /// there where `makes_qubes` is false.
    virtual void create(const QubeName& qube, const VolumeId& base) = 0;
    /// Error conflict says what keeps `remove` from taking the qube away whole, as long as nothing has changed yet:
    /// something is mounted in it. Absent is fine.
    virtual void require_removable(const QubeName&) {}
    virtual void remove(const QubeName& qube) = 0; ///< absent is success; running is Error conflict. Without
                                                   ///< `makes_qubes` the qube stays, wanting nothing
    /// Replaces what the next start gets, all at once: a start never finds a base with apps of another generation.
    /// Without `base` it keeps the one it has. Slots may name one volume, a composed one. Unknown qube is Error
    /// not_found, two slots of one app Error conflict, more volumes than `max_slots` Error unsupported.
    virtual void set_wanted(const QubeName& qube, std::span<const VolumeSlot> slots,
                            const std::optional<VolumeId>& base) = 0;
    /// The slot's volume, with every app that the qube wants of it. Read-only, always; twice is success. An older
    /// volume of that app may stay beside it until it is detached. Error conflict: the qube does not run, or has no
    /// room before something is detached; a backend without hot_attach is Error unsupported, unless the slot is there
    /// already.
    virtual void attach(const QubeName& qube, const VolumeSlot& slot) = 0;
    /// The slot's volume, with every app in it. Absent is success; a backend without hot_attach is Error unsupported
    /// when it is there.
    virtual Detached detach(const QubeName& qube, const VolumeSlot& slot) = 0;
    /// The running qube is told of volumes that it has what it is told of them when it starts: what names its apps have
    /// may have changed. A qube that does not run hears of it at its start.
    virtual void announce(const QubeName&) {}

    /// Gives back what qubes had that ended, and what a killed command left.
    virtual void tidy() {}

    /// Makes the menu of the desktop show the qubes' apps, where there is one. What goes wrong with a qube is a
    /// warning: its apps run all the same.
    virtual void show_menus(std::span<const Menu>) {}

    /// What stands in the way of the backend itself: its own files, those of others that win over them.
    virtual std::vector<HostFault> findings() { return {}; }
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

    /// The program's exit status; 127 when the qube has no such program, 126 when it cannot be executed; 128 + n when
    /// it died by signal n. Error not_found: no such qube, or a volume it wants is not there.
    virtual int run(const QubeName& qube, const RunRequest& request) = 0;

    /// The qube runs until it is stopped, also when no program of the user's does. Running already is success.
    virtual void start(const QubeName& qube) = 0;
    /// Everything in the qube ends: programs are asked first. Not running is success. Error failed when it does not
    /// end.
    virtual void stop(const QubeName& qube) = 0;
};

} // namespace qpkg
