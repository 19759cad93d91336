// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/patience.hpp"

namespace qpkg::cli {
namespace {

constexpr std::int64_t longest = 30L * 24 * 3600;      // seconds
constexpr std::int64_t fastest = 1024L * 1024L * 1024; // bytes a second

} // namespace

std::vector<Option> patience_options(app::Patience& patience)
{
    return {
        {"--timeout SECONDS", &patience.silence, "give up when nothing came for this long (600)", between(1, longest)},
        {"--deadline SECONDS", &patience.whole, "give up when the end did not come in this time (86400)",
         between(1, longest)},
        {"--min-rate BYTES/S", &patience.slowest,
         "give up when less came on average, the time of --timeout left aside (1024)", between(1, fastest)},
    };
}

} // namespace qpkg::cli
