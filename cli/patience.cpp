// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/patience.hpp"

namespace qpkg::cli {
namespace {

constexpr long longest = 30L * 24 * 3600;      // seconds
constexpr long fastest = 1024L * 1024L * 1024; // bytes a second

} // namespace

void add_patience(CLI::App& command, app::Patience& patience)
{
    const auto add_seconds = [&](const char* name, std::chrono::seconds& value, const char* words) {
        command
            .add_option_function<long>(
                name, [&value](long seconds) { value = std::chrono::seconds(seconds); }, words)
            ->type_name("SECONDS")
            ->check(CLI::Range(1L, longest));
    };
    add_seconds("--timeout", patience.silence, "give up when nothing came for this long (600)");
    add_seconds("--deadline", patience.whole, "give up when the end did not come in this time (86400)");
    command
        .add_option("--min-rate", patience.slowest,
                    "give up when less came on average, the time of --timeout left aside (1024)")
        ->type_name("BYTES/S")
        ->check(CLI::Range(1L, fastest));
}

} // namespace qpkg::cli
