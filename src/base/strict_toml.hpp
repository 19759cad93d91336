// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

/// toml++ with one configuration for the whole program: its functions are inline, so two would be mixed up.
namespace qpkg {

/// Where toml++ 3.3 would abort: it asserts on some malformed input, such as a line break in a table's header.
struct UnparsableToml {};
inline void refuse_toml() { throw UnparsableToml(); }

} // namespace qpkg

#define TOML_ENABLE_FORMATTERS 0
#define TOML_ASSERT(expression) (static_cast<bool>(expression) ? void() : ::qpkg::refuse_toml())
#include <toml++/toml.h>
