// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "cli/options.hpp"

#include <memory>

namespace qpkg::cli {

/// The real adapters below one state directory. Nothing else in the program constructs any.
class Adapters {
public:
    explicit Adapters(const Options& options);
    ~Adapters();

    app::World& world();

private:
    struct Set;
    std::unique_ptr<Set> set_;
};

} // namespace qpkg::cli
