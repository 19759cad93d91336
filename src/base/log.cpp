// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/base/log.hpp"

#include "qpkg/core/printable.hpp"
#include "qpkg/core/redaction.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace qpkg::log {
namespace {

spdlog::logger& logger()
{
    static const auto instance = [] {
        auto made = spdlog::stderr_logger_st("qpkg");
        made->set_pattern("qpkg: %l: %v");
        made->set_level(spdlog::level::info);
        return made;
    }();
    return *instance;
}

/// A message may quote what came from outside, and where it came from.
std::string shown(std::string_view message) { return text::printable(redacted(message)); }

} // namespace

void set_level(Level level)
{
    switch (level) {
    case Level::quiet:
        logger().set_level(spdlog::level::err);
        return;
    case Level::normal:
        logger().set_level(spdlog::level::info);
        return;
    case Level::verbose:
        logger().set_level(spdlog::level::debug);
        return;
    }
}

void debug(std::string_view message) { logger().debug("{}", shown(message)); }
void note(std::string_view message) { logger().info("{}", shown(message)); }
void warning(std::string_view message) { logger().warn("{}", shown(message)); }

} // namespace qpkg::log
