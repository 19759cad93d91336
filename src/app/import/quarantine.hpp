// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why bytes from outside first lie in a file without a name. dom0 gets a bundle from a qube or a stick that it does not
// trust. While it comes nothing is parsed but the fixed header and the table, whose sizes are checked before anything
// is allocated; the sender can name no file, grow beyond what it announced, or take for ever (incoming.hpp). A file
// without a name cannot be opened by anybody else, and is gone with the process, so there is nothing to clean up after
// a kill.
//
// Hashes of the table prove nothing about trust: the sender made them. They tell "your copy is damaged, section 7" from
// "the signature is wrong". To read straight from the stream was not taken: metadata, manifests and objects are needed
// in an order of our own, and a stream cannot be asked twice. No lock is held meanwhile.
#pragma once

#include "app/import/bundle_file.hpp"
#include "app/import/incoming.hpp"

#include "qpkg/ports/progress.hpp"

#include <filesystem>

namespace qpkg::app {

/// Where bytes from outside wait until they are judged: a regular file on the disk of the state directory that has no
/// name, so that nobody else can open it and nothing of it is left, however the import ends. No lock is needed: others
/// may change the state while a sender takes its time.
class Quarantine {
public:
    /// `source` will be received: should it lie there under such a name, it stays.
    Quarantine(const std::filesystem::path& root, int source);

    /// Copies one bundle to its end and hashes each section on the way. Nothing is believed, nothing else is touched.
    /// Errors: corrupt (header, table, a section "damaged in transfer"), failed (cut off, silent, too slow), no_space
    /// (more bytes than announced, or more than there is room for, objects included).
    BundleFile receive(int source, Patience patience, Progress& progress) const;

private:
    Fd open_nameless() const;

    std::filesystem::path root_;
};

} // namespace qpkg::app
