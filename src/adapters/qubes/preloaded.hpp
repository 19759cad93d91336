// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/qubes/client.hpp"

#include "qpkg/model/id.hpp"

namespace qpkg::qubes {

/// Qubes 4.3 starts disposables before anybody asks for them; each has a copy of the features that its qube had then.
/// Where the qube has such ones, qubesd is asked to end them and to start others. A failure is a warning: those that
/// people open later are right in any case.
void renew_preloaded(const Client& client, const QubeName& qube);

} // namespace qpkg::qubes
