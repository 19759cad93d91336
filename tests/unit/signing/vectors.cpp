// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/paths.hpp"
#include "support/releases.hpp"
#include "support/trusting.hpp"

#include "qpkg/core/files.hpp"

#include <doctest/doctest.h>

using namespace qpkg;
using testing::Site;

namespace {

std::filesystem::path vectors() { return testing::source_directory() / "signing/vectors/repository"; }

} // namespace

TEST_CASE("the repository of the vectors has exactly the bytes that its seeds and values give")
{
    Site site;
    site.add(testing::a_release());
    site.publish();

    std::size_t compared = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(vectors())) {
        if (entry.is_regular_file()) {
            const auto path = entry.path().lexically_relative(vectors()).string();
            CHECK_MESSAGE(files::read(entry.path(), 1 << 20) == site.files.at(path), path);
            ++compared;
        }
    }

    CHECK(compared == 6);
    CHECK(site.fingerprint() == "291592e3590aa771c3c552cd29eaefdfc927bc6adcb386d3595b551523111c84");
}
