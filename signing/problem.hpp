// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why problems are values. A fault of a repository is met in one command and matters in the next ones: `status`, `repo
// check` and `install` all have to name it. So it is a row that can be kept, compared and shown, and not an exception
// that is gone when it was printed. What is thrown is only what keeps the metadata as a whole from being brought up to
// date.
#pragma once

#include "qpkg/core/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace qpkg::trust {

/// What of a repository cannot be used. It disables itself alone.
struct Problem {
    Code code;
    std::string subject; ///< "timestamp.json", "publisher demo", "org.example/hello/x86_64/stable-1.json"
    std::string what;
    std::string hint; ///< may be empty

    friend bool operator==(const Problem&, const Problem&) = default;
};

/// The subject of what keeps a repository as a whole from being brought up to date.
inline constexpr std::string_view metadata_subject = "metadata";

/// "publisher demo", and whether a problem is one of a publisher's list.
std::string subject_of(const std::string& publisher);
bool is_of_publisher(const Problem& problem);

/// Lines of a text, and back. A text that is none gives no problems: it can only come from a newer qpkg.
std::string encode_problems(const std::vector<Problem>& problems);
std::vector<Problem> parse_problems(std::string_view text);

/// The one to show first, or to exit with: what is not trusted, then what is corrupt, then the rest. Nothing of none.
const Problem* worst(const std::vector<Problem>& problems);

/// For who passes a repository on, or publishes it: Error, the worst of them, when there is any.
void require_none(const std::vector<Problem>& problems);

} // namespace qpkg::trust
