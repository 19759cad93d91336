// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace qpkg::app {

/// What this machine does by itself, by its timer.
enum class Updates {
    none,
    check,    ///< asks repositories
    download, ///< and brings what an upgrade would need
    apply     ///< and upgrades
};

std::string_view word_of(Updates updates);
std::vector<std::string> words_of_updates();
/// Error usage for other words.
Updates require_updates(const std::string& word);

/// `none` where nobody has said anything. Error corrupt for what is no setting.
Updates updates_of(const World& world);
/// Under the writer lock; durable.
void set_updates(const World& world, Updates updates);

} // namespace qpkg::app
