// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/pipeline/pipeline.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace qpkg::cli {

/// "outdated", "failed" …
std::string_view state_word(app::PipelineJob::State state);
/// For people: "2 packages, 1 security fix: …"; empty where nothing is to be built.
std::string reason_of(const app::PipelineJob& job);

/// A run as one page of HTML that needs nothing else. `now`: seconds since 1970.
std::string page_of(const app::PipelineReport& report, const std::string& repository, std::int64_t now);

} // namespace qpkg::cli
