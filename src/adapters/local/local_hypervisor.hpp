// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a local qube is a directory and each run its own machine. Nothing runs in the background: what a program finds is
// mounted for it, in namespaces, and ends with it, also after kill -9. So there is no daemon to be restarted and
// nothing to clean up, and what is "attached" is the set of runs that hold a lock. The price: two runs share /home and
// /rw and nothing else, and a run keeps the generation that it began with.
//
// A qube that is removed is renamed first and emptied then: killed in between it is no qube any more, and its rest goes
// with the next removal.
#pragma once

#include "qpkg/ports/hypervisor.hpp"

#include <filesystem>
#include <functional>
#include <optional>

namespace qpkg::local {

struct WantedFile;

struct LocalOptions {
    std::filesystem::path root;                                        ///< state directory: qubes/ below it
    std::function<std::filesystem::path(const VolumeId&)> volume_path; ///< where the volume's image lies
    std::filesystem::path programs;                                    ///< holds qpkg-agent and qpkg-run, static
    std::filesystem::path runtime = {}; ///< what runs now; empty: run/ below the state directory
};

/// A qube is a directory `qubes/<name>/` with `home/`, `rw/` and the file `wanted`. Each `run` is a qube of its own
/// that starts with what is wanted then and ends with the program: namespaces, which leave nothing behind however they
/// end. Needs root. It keeps apps apart, not enemies: the qubes share the host's kernel and network.
class LocalHypervisor : public Hypervisor, public QubeRunner {
public:
    explicit LocalHypervisor(LocalOptions options);

    Capabilities capabilities() const override;
    std::vector<RunningQube> qubes() override;
    std::optional<VolumeId> base_volume(const QubeName& qube) override;
    std::vector<Attachment> wanted() override;
    std::vector<Attachment> attached() override;
    void create(const QubeName& qube, const VolumeId& base) override;
    void require_removable(const QubeName& qube) override;
    void remove(const QubeName& qube) override;
    void set_wanted(const QubeName& qube, std::span<const VolumeSlot> slots) override;
    void attach(const QubeName& qube, const VolumeSlot& slot) override;
    Detached detach(const QubeName& qube, const VolumeSlot& slot) override;

    int run(const QubeName& qube, const RunRequest& request) override;

private:
    std::filesystem::path directory_of(const QubeName& qube) const;
    std::filesystem::path runtime() const;
    std::filesystem::path sessions() const;
    std::vector<QubeName> names() const;
    std::optional<WantedFile> read(const QubeName& qube) const;
    WantedFile require(const QubeName& qube) const;
    void write(const QubeName& qube, const WantedFile& wanted) const;
    std::vector<Attachment> sessions_of(const QubeName& qube) const;
    std::filesystem::path image_of(const VolumeId& volume, const std::string& what) const;

    LocalOptions options_;
};

} // namespace qpkg::local
