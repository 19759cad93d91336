// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what is wanted are features of the qube and not devices. Qubes gives a loop device to one qube only, and two
// required assignments of one device end with it being taken from a running qube; device assignments are not inherited
// by disposables either. Features are: dom0 sets them, only dom0 may (packaging/qubes/30-qpkg.policy), they are copied
// when a disposable is made, and a template of libvirt turns them into read-only disks at each start. So one image
// serves any number of qubes, and nothing has to be remembered.
//
// A running qube cannot get a disk that way. It gets one hot, over a loop device of its own (loops.hpp), and is then
// told. Which disk may go is asked of the agent, not of the kernel: Linux gives back a disk that a program still reads
// from, and the program gets I/O errors.
//
// qubesd and qubes answer with bytes from outside dom0's trust or of another version: everything is parsed under caps,
// and what a qube says counts for that qube alone.
#pragma once

#include "adapters/qubes/answers.hpp"
#include "adapters/qubes/client.hpp"
#include "adapters/qubes/loops.hpp"
#include "adapters/qubes/slots.hpp"

#include "qpkg/ports/hypervisor.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

namespace qpkg::qubes {

struct QubesOptions {
    std::filesystem::path root;                                        ///< state directory; attached/ is made in it
    std::function<std::filesystem::path(const VolumeId&)> volume_path; ///< where the volume's image lies
    std::function<Group(const VolumeId&)> known_slots;                 ///< what a volume holds, as far as recorded
    std::filesystem::path socket = "/var/run/qubesd.sock";
    std::chrono::milliseconds patience = std::chrono::seconds(60); ///< for each answer of qubesd
    std::string qrexec_client = "qrexec-client";
    std::string losetup = "losetup";
    std::string sync_appmenus = "qvm-sync-appmenus";
    std::filesystem::path system = "/"; ///< where etc/ and usr/ are looked for
};

/// Qubes OS 4.3 through the Admin API of qubesd; runs in dom0 as root. What is wanted are features of the qube, which
/// the libvirt template turns into disks at each start; a running qube gets loop devices attached. Qubes are made and
/// removed with Qubes' own tools. Disposables have the features of the qube they were made from, as these were then:
/// they are listed and looked at, never changed.
class QubesHypervisor : public Hypervisor, public QubeRunner {
public:
    explicit QubesHypervisor(QubesOptions options);

    Capabilities capabilities() const override;
    std::vector<RunningQube> qubes() override;
    std::optional<BaseId> outside_base(const QubeName& qube) override;
    /// Its template, or the template of that; itself where it has none.
    std::optional<OutsideRoot> outside_root(const QubeName& qube) override;
    std::string describe_root(const QubeName& root) override;
    void name_base(const QubeName& root, const BaseId& base) override;
    bool has_network(const QubeName& qube) override;
    std::vector<Attachment> wanted() override;
    Attachment wanted_of(const QubeName& qube) override;
    std::vector<VolumeSlot> named() override;
    std::vector<Attachment> attached() override;
    /// Only looks whether there is such a qube; Error unsupported when not.
    void create(const QubeName& qube, const VolumeId& base) override;
    /// Takes its features away; the qube stays.
    void remove(const QubeName& qube) override;
    void set_wanted(const QubeName& qube, std::span<const VolumeSlot> slots,
                    const std::optional<VolumeId>& base) override;
    void attach(const QubeName& qube, const VolumeSlot& slot) override;
    Detached detach(const QubeName& qube, const VolumeSlot& slot) override;
    /// The features, which `set_wanted` has set, are in its QubesDB already: its agent is asked to read them.
    void announce(const QubeName& qube) override;
    std::vector<HostFault> findings() override;
    void tidy() override;
    /// Of running qubes only: their icons come from them.
    void show_menus(std::span<const Menu> menus) override;

    /// Error unsupported that names the tool of Qubes.
    int run(const QubeName& qube, const RunRequest& request) override;
    void start(const QubeName& qube) override;
    void stop(const QubeName& qube) override;

private:
    struct Disk {
        Letter letter;
        std::string port;               ///< of dom0: "loop4001"
        std::optional<VolumeId> volume; ///< nothing: the user's own disk
    };

    std::vector<Domain> domains() const;
    Domain require(const QubeName& qube) const; ///< Error unsupported for a disposable
    Features features(const QubeName& qube, bool (*concerns)(std::string_view)) const;
    Attachment asked_for(const QubeName& qube) const;
    Attachment attached_to(const QubeName& qube) const;
    Loops::Use use_of_loops(const Domain& domain) const;
    void apply(const QubeName& qube, const std::vector<FeatureChange>& changes) const;
    std::vector<Disk> disks(const QubeName& qube) const; ///< ours, of a running qube
    /// What the features say the disk holds now, or what is recorded.
    Group slots_on(const Disk& disk, const std::map<Letter, Group>& asked_for) const;
    void wait_until_offered(const std::string& port) const;

    QubesOptions options_;
    Client client_;
    Loops loops_;
};

} // namespace qpkg::qubes
