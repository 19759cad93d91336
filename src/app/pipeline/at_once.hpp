// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/error.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace qpkg::app {

/// Does each of `count` pieces of work, at most `workers` at the same time, in threads of their own, and waits for all.
/// Returns what each failed with, in their order. A signal ends all: Error interrupted.
std::vector<std::optional<Error>> do_at_once(std::size_t workers, std::size_t count,
                                             const std::function<void(std::size_t)>& work);

} // namespace qpkg::app
