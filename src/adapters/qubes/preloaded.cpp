// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/preloaded.hpp"

#include "qpkg/base/log.hpp"

namespace qpkg::qubes {

void renew_preloaded(const Client& client, const QubeName& qube)
{
    try {
        const auto names =
            client.find({"admin.vm.feature.Get", "preload-dispvm", qube.text()}, "QubesFeatureNotFoundError");
        if (names && !names->empty()) {
            client.call({"admin.vm.CreateDisposable", "preload-autostart", qube.text()});
        }
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        log::warning("preloaded disposables of " + qube.text() +
                     " may have older apps until they are used: " + error.what());
    }
}

} // namespace qpkg::qubes
