// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/lasting_place.hpp"

#include <unistd.h>

namespace qpkg::agent {

fs::path lasting_place(const QubePaths& layout)
{
    const auto usual = layout.root / "rw";
    const bool is_usable = fs::is_directory(fs::symlink_status(usual)) && ::access(usual.c_str(), W_OK) == 0;
    return is_usable ? usual : layout.run / "private";
}

fs::path accounts_file(const QubePaths& layout) { return lasting_place(layout) / "config/qpkg/accounts"; }

} // namespace qpkg::agent
