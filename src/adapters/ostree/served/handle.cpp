// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/served/handle.hpp"

namespace qpkg::ostree {

glib::Owned<OstreeRepo> handle_of(const std::filesystem::path& directory)
{
    const glib::Owned<GFile> file(g_file_new_for_path(directory.c_str()));
    return glib::Owned<OstreeRepo>(ostree_repo_new(file.get()));
}

glib::Owned<OstreeRepo> open_repository(const std::filesystem::path& directory)
{
    auto repository = handle_of(directory);
    glib::checked("open the repository " + directory.string(),
                  [&](GError** error) { return ostree_repo_open(repository.get(), nullptr, error); });
    return repository;
}

} // namespace qpkg::ostree
