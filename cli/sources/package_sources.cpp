// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/sources/package_sources.hpp"

#include "adapters/apt/apt_source.hpp"

#include <array>

namespace qpkg::cli {
namespace {

template <class Source>
std::unique_ptr<PackageSource> make()
{
    return std::make_unique<Source>();
}

constexpr std::array all_sources{PackageSourceRow{"deb", make<apt::AptSource>}};

} // namespace

PackageSources package_sources() { return all_sources; }

} // namespace qpkg::cli
