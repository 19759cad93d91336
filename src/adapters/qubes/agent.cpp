// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/agent.hpp"

#include "repo-format/guest/announcement.hpp"
#include "repo-format/repo/details.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

#include <cstdlib>

namespace qpkg::qubes {
namespace {

constexpr std::size_t longest_answer = 200; ///< characters that people are shown
constexpr int status_of_timeout = 124;      ///< of timeout(1)

/// How long a service may take.
struct Patience {
    const char* variable; ///< that says so in other seconds
    const char* seconds;

    std::string text() const
    {
        const char* set = std::getenv(variable);
        return set == nullptr ? seconds : set;
    }
};
constexpr Patience refresh_patience{"QPKG_REFRESH_SECONDS", "60"};    // composing views takes a few
constexpr Patience describe_patience{"QPKG_DESCRIBE_SECONDS", "600"}; // it reads every file

CommandResult call(const std::string& qrexec_client, const QubeName& qube, const std::string& service,
                   const Patience& patience)
{
    // timeout(1): a qube can keep the call open for as long as it likes.
    const Command command{.argv = {"timeout", "--kill-after=2", patience.text(), qrexec_client, "-d", qube.text(),
                                   "root:QUBESRPC " + service + " dom0"}};
    log::debug("qrexec <- " + text::join(std::span(command.argv).subspan(3), " "));
    return run(command);
}

/// For people.
std::string words_of(const CommandResult& result)
{
    return text::escaped(result.output.empty() ? result.errors : result.output, longest_answer);
}

} // namespace

std::set<std::string> refresh_agent(const std::string& qrexec_client, const QubeName& qube)
{
    const auto result = call(qrexec_client, qube, "qpkg.Refresh", refresh_patience);
    const auto answer = words_of(result);
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

std::string ask_for_description(const std::string& qrexec_client, const QubeName& qube)
{
    auto result = call(qrexec_client, qube, "qpkg.Describe", describe_patience);
    if (result.status == 0 && result.output.size() < largest_details) {
        return std::move(result.output);
    }
    if (result.output.size() >= largest_details) {
        throw Error(Code::no_space, qube.text() + " says more of itself than " + text::human_size(largest_details));
    }
    const auto answer = words_of(result);
    throw Error(Code::failed,
                result.status == status_of_timeout
                    ? qube.text() + " did not say in time what it is made of"
                    : qube.text() + " does not say what it is made of: " + (answer.empty() ? "(silence)" : answer),
                "is qpkg-agent installed in it, of this version?");
}

} // namespace qpkg::qubes
