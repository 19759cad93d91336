// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/bundle_file.hpp"

#include "qpkg/ports/progress.hpp"

#include <chrono>
#include <filesystem>

namespace qpkg::app {

/// Where bytes from outside wait until they are judged: one regular file, mode 0600, below the state directory, with a
/// name that is not the sender's. It is gone at the end of this object's life, and what a killed import left is gone at
/// the beginning of the next.
class Quarantine {
public:
    /// Nobody else imports meanwhile (the caller holds the lock). Error conflict when `source`, which shall be
    /// received, is this very file.
    Quarantine(const std::filesystem::path& root, int source);
    Quarantine(const Quarantine&) = delete;
    Quarantine& operator=(const Quarantine&) = delete;
    ~Quarantine();

    struct Patience {
        std::chrono::seconds silence{600}; ///< without a byte for this long, the sender is given up
    };

    /// Copies one bundle to its end and hashes each section on the way. Nothing is believed, nothing else is touched.
    /// Errors: corrupt (header, table, a section "damaged in transfer"), failed (cut off, silent), no_space (more bytes
    /// than announced, or more than there is room for, objects included).
    BundleFile receive(int source, Patience patience, Progress& progress);

private:
    std::filesystem::path path_;
};

} // namespace qpkg::app
