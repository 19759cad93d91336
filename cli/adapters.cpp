// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/adapters.hpp"

#include "qpkg/base/error.hpp"

namespace qpkg::cli {

struct Adapters::Set {};

Adapters::Adapters(const Options&) {}
Adapters::~Adapters() = default;

app::World& Adapters::world() { throw Error(Code::unsupported, "no stores are linked in yet"); }

} // namespace qpkg::cli
