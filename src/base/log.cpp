// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/base/log.hpp"

#include "qpkg/base/redaction.hpp"

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

void debug(std::string_view message) { logger().debug("{}", redacted(message)); }
void note(std::string_view message) { logger().info("{}", redacted(message)); }
void warning(std::string_view message) { logger().warn("{}", redacted(message)); }

} // namespace qpkg::log
