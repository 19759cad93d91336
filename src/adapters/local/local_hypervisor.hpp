// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a local qube is a directory, and while it runs one place. All that runs in a qube shares its processes, /tmp,
// /run and session bus, as on a machine: a second start of a browser finds the first one, and costs a conversation
// instead of all mounts. The place begins with the first program and ends with the last. No daemon of ours runs on the
// host beside it but its keeper, which ends with it, so there is nothing to restart and nothing to clean up, also after
// kill -9.
//
// A qube that is removed is renamed first and emptied then: killed in between it is no qube any more, and its rest goes
// with the next removal.
#pragma once

#include "adapters/local/live_qube.hpp"
#include "adapters/local/place_link.hpp"
#include "adapters/local/places.hpp"

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
    bool has_systemd = false;           ///< a place's first process is the agent; tests put something in its place
};

/// A qube is a directory `qubes/<name>/` with `home/`, `rw/` and the file `wanted`. The first program makes its place,
/// with what is wanted then; volumes come to it and leave it while it runs; a new base waits for its end. Needs root.
/// It keeps apps apart, not enemies: the qubes share the host's kernel and network.
class LocalHypervisor : public Hypervisor, public QubeRunner {
public:
    explicit LocalHypervisor(LocalOptions options);

    Capabilities capabilities() const override;
    std::vector<RunningQube> qubes() override;
    std::vector<Attachment> wanted() override;
    std::vector<Attachment> attached() override;
    void create(const QubeName& qube, const VolumeId& base) override;
    void require_removable(const QubeName& qube) override;
    void remove(const QubeName& qube) override;
    void set_wanted(const QubeName& qube, std::span<const VolumeSlot> slots,
                    const std::optional<VolumeId>& base) override;
    void attach(const QubeName& qube, const VolumeSlot& slot) override;
    Detached detach(const QubeName& qube, const VolumeSlot& slot) override;

    void announce(const QubeName& qube) override;

    int run(const QubeName& qube, const RunRequest& request) override;
    void start(const QubeName& qube) override;
    void stop(const QubeName& qube) override;

private:
    std::filesystem::path directory_of(const QubeName& qube) const;
    std::filesystem::path runtime() const;
    std::vector<QubeName> names() const;
    std::optional<WantedFile> read(const QubeName& qube) const;
    WantedFile require(const QubeName& qube) const;
    void write(const QubeName& qube, const WantedFile& wanted) const;
    std::filesystem::path image_of(const VolumeId& volume, const std::string& what) const;

    LiveQube live(const QubeName& qube) const;
    PlaceLink enter(const QubeName& qube);
    PlaceLink open_place(const QubeName& qube);

    LocalOptions options_;
    Places places_;
};

} // namespace qpkg::local
