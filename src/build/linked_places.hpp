// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why links at the top of a root are turned round. Systems that are images themselves (Fedora's bootc and Silverblue)
// keep what lasts below /var: /home is a link to var/home, /root to var/roothome, and what they lead to is not in the
// image. A qube mounts its own home and root at the short names, and modules bring files for /opt, so these must be
// directories. The long names become links to the short ones: whoever uses either finds the same place.
#pragma once

#include "qpkg/core/foreign_tree.hpp"

namespace qpkg::build {

/// Makes directories of /home, /root, /mnt, /media, /opt and /srv where they are links below /var or /run, with what
/// lies there. Other links stay.
void turn_links_round(const ForeignTree& root);

} // namespace qpkg::build
