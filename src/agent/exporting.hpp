// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what the qube sees of apps is generated and not copied. A module's desktop entry or bus file names programs that
// exist only in its view; copied, it would start something else or nothing. Each is made anew with a launcher in place
// of the program, and all of them lie in one folder on a tmpfs, last in every search path. Launchers are scripts whose
// first line names the runner, so no shell is needed. The folder is planned as a whole and made equal to the plan: what
// an app no longer exports is gone without anybody having listed it.
#pragma once

#include "agent/app_state.hpp"
#include "agent/qube_paths.hpp"
#include "agent/small_files.hpp"

#include "qpkg/model/names.hpp"
#include "qpkg/model/service.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::agent {

struct AppExports {
    AppId app;
    std::vector<Export> exports;
    std::string announced;                     ///< the line its volume was announced with, without what may change
    std::vector<NameRuling> rulings = {};      ///< what that says of its names
    std::vector<AllowedService> services = {}; ///< that the host lets start, ascending
    std::uint64_t turn = 0;                    ///< when it is asked for names
    std::optional<StateOwner> owner = {};      ///< of its state, if it has any
    std::vector<std::string> state = {};       ///< names of folders in /var/lib
    bool is_ready = true;                      ///< nothing is due that comes before its services
};

/// What the qube sees of its apps: launchers below `bin`, and an xdg-open where neither the base nor an app has one;
/// desktop entries, icons, services of the session bus, the list of who opens which MIME type and what files of these
/// are called below `share`.
struct PlannedExports {
    PlannedTree bin;
    PlannedTree share;
    std::vector<std::string> problems; ///< what was left out, and why
    std::vector<std::string> notes;    ///< what gave way to the qube's own, as it always will
};

/// What `layout.bin()` and `layout.share()` shall hold: each name is that of the app which has it in the qube, see
/// names.hpp. Reads the files from the mounted volumes; one that is not well formed is left out.
PlannedExports plan_exports(const QubePaths& layout, const std::vector<AppExports>& apps);

} // namespace qpkg::agent
