// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/ceremony.hpp"

#include "app/publish/publication.hpp"
#include "app/publish/signing_time.hpp"

namespace qpkg::app {

void prepare_first_root(const Clock& clock, const std::filesystem::path& directory, tuf::Root root)
{
    root.header.version = 1;
    root.header.expires = signing_time(clock.now(), 0, SeenTime::kept, trust::build_date()) + Lifetimes::root;
    write_signing_request(directory, {{.role = "root",
                                       .version = root.header.version,
                                       .payload = tuf::encode(root),
                                       .key_ids = root.root.key_ids,
                                       .threshold = root.root.threshold}});
}

} // namespace qpkg::app
