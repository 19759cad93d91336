// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a command that changes something returns what it would do in place of doing it. When each command looked at
// --dry-run itself, six forgot, and one of them signed. Now a command only looks and says what is left to do;
// `Context::settle` alone decides whether that is shown, asked about or done. Under --dry-run the locks that make a
// writer refuse, too, so a command that writes while it still looks is a bug that shows at once.
#pragma once

#include "cli/document.hpp"

#include <functional>
#include <string>

namespace qpkg::cli {

/// What comes before the work.
enum class Consent {
    asked,   ///< the plan is shown, and somebody says yes
    given,   ///< the plan is shown; the command line was the answer
    implied, ///< nothing is shown: it is said at the end
};

struct Proposal {
    std::function<Document()> plan;  ///< what would change; made when it is to be shown
    std::function<void()> carry_out; ///< shows the result; empty: there is nothing to do, and the plan is the result
    Consent consent = Consent::asked;
    std::string question = "Proceed?";
};

/// There is nothing to do; `why` says so in its last line.
inline Proposal nothing_to_do(Document why)
{
    return {[why = std::move(why)] { return why; }, {}};
}

} // namespace qpkg::cli
