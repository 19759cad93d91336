// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/attachment.hpp"

namespace qpkg::testing {

/// The slots alone: what qubes start from is a test of its own.
inline std::vector<Attachment> without_bases(std::vector<Attachment> attachments)
{
    for (auto& attachment : attachments) {
        attachment.base.reset();
    }
    return attachments;
}

} // namespace qpkg::testing
