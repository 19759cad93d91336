// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/ssh_agent.hpp"

#include "support/expect.hpp"

#include "qpkg/core/fd.hpp"
#include "qpkg/core/files.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>

using namespace qpkg;

namespace {

std::string ssh_string(const std::string& text) { return std::string(3, '\0') + static_cast<char>(text.size()) + text; }

std::string keys_answer()
{
    const auto rsa = ssh_string("ssh-rsa") + ssh_string("n");
    const auto ed25519 = ssh_string("ssh-ed25519") + ssh_string(std::string(32, 'k'));
    return '\x0c' + std::string("\0\0\0\2", 4) + ssh_string(rsa) + ssh_string("one") + ssh_string(ed25519) +
           ssh_string("two");
}

/// A socket at which somebody listens who never says a word.
class SilentAgent {
public:
    SilentAgent()
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(path().string(), std::begin(address.sun_path));
        REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(fd_.get(), 8) == 0);
    }

    std::filesystem::path path() const { return directory_.path() / "agent"; }

private:
    files::TemporaryDirectory directory_{std::filesystem::temp_directory_path(), "qpkg-test-"};
    Fd fd_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

} // namespace

TEST_CASE("an agent that never answers is given up")
{
    const SilentAgent agent;

    CHECK_FAILS(Code::failed, "ssh-agent: no answer within 0 seconds",
                trust::agent_keys(agent.path(), std::chrono::milliseconds(50)));
}

TEST_CASE("an agent's ed25519 keys are found, and keys of other kinds are skipped")
{
    const auto keys = trust::parse_agent_keys(keys_answer());

    REQUIRE(keys.size() == 1);
    CHECK(keys.front().bytes().front() == 'k');
}

TEST_CASE("an agent's answer cut at any byte, or of another kind, is refused")
{
    const auto answer = keys_answer();
    for (std::size_t size = 0; size < answer.size(); ++size) {
        CHECK_FAILS(Code::corrupt, "ssh-agent: ", trust::parse_agent_keys(answer.substr(0, size)));
    }
    const auto short_signature = '\x0e' + ssh_string(ssh_string("ssh-ed25519") + ssh_string("63 bytes"));
    CHECK_FAILS(Code::corrupt, "no ed25519 signature", trust::parse_agent_signature(short_signature));
    CHECK_FAILS(Code::failed, "did not sign", trust::parse_agent_signature("\x05"));
}
