// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/refresh.hpp"

#include "repo-format/guest/announcement.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

#include <cstdlib>

namespace qpkg::qubes {
namespace {

constexpr std::size_t longest_answer = 200; ///< characters that people are shown
constexpr int status_of_timeout = 124;      ///< of timeout(1)

/// Seconds; composing views takes a few.
std::string refresh_patience()
{
    const char* set = std::getenv("QPKG_REFRESH_SECONDS");
    return set == nullptr ? "60" : set;
}

} // namespace

std::set<std::string> refresh_agent(const std::string& qrexec_client, const QubeName& qube)
{
    // timeout(1): a qube can keep the call open for as long as it likes.
    const Command command{.argv = {"timeout", "--kill-after=2", refresh_patience(), qrexec_client, "-d", qube.text(),
                                   "root:QUBESRPC qpkg.Refresh dom0"}};
    log::debug("qrexec <- " + text::join(std::span(command.argv).subspan(3), " "));
    const auto result = run(command);
    const auto answer = text::escaped(result.output.empty() ? result.errors : result.output, longest_answer);
    if (result.status == 0) {
        if (!answer.empty()) {
            log::debug("the agent of " + qube.text() + " says: " + answer);
        }
        return disks_in_use(result.output);
    }
    throw Error(Code::failed,
                result.status == status_of_timeout
                    ? "the agent did not answer in time"
                    : "the agent could not refresh: " + (answer.empty() ? "(silence)" : answer),
                "is qpkg-agent installed in its template? Starting " + qube.text() + " again helps too");
}

} // namespace qpkg::qubes
