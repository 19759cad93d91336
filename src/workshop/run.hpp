// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace qpkg::workshop {

/// One run in the sandbox over the base, with changes of its own, without network.
class Run {
public:
    /// `name` is that of a folder in the scratch directory, for this run alone.
    Run(const Workshop& workshop, const std::string& name);

    /// The place of a file that lies over the base and is no part of the changes; its parents are made.
    std::filesystem::path layer(const std::filesystem::path& inside) const;
    const std::filesystem::path& upper() const noexcept { return request_.upper; }
    SandboxRun& request() noexcept { return request_; }
    Command& command() noexcept { return request_.command; }

    /// With the caller's proxies and name servers.
    void allow_network();

    /// With --verbose each line of it is told as it comes.
    CommandResult operator()(std::vector<std::string> argv);

private:
    const Workshop& workshop_;
    std::filesystem::path place_;
    SandboxRun request_;
};

/// Error failed: what was to be done, and the last lines that the command complained with; those that start with
/// `noise` say nothing.
Error command_error(const CommandResult& result, const std::string& what, const std::string& hint = {},
                    std::string_view noise = {});

/// The last few lines of both streams: a script gives its reason on either.
std::vector<std::string> last_words(std::vector<std::string> output, std::vector<std::string> errors);

/// Error failed: what a script did, and its own last words.
Error script_error(const std::string& what, const std::vector<std::string>& words);

} // namespace qpkg::workshop
