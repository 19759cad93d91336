// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/release_options.hpp"

namespace qpkg::cli {

std::vector<Option> release_options(app::Allowances& allow, app::NameRequest& names)
{
    return {
        {"--accept-stale", &allow.stale,
         "take a release although the repository's metadata is older than its grace period"},
        {"--prefer APP", &names.prefer, "gets each name that other apps of the qube ask for, too; repeatable",
         known(Names::apps)},
        {"--alias OTHER=APP:NAME", &names.aliases,
         "in these qubes the app's command or menu entry NAME is called OTHER; repeatable"},
        {"--despite-dissent", &allow.despite_dissent,
         "take a release although a trusted rebuilder's build came out differently"},
    };
}

} // namespace qpkg::cli
