// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/ssh_agent.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/core/interrupt.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace qpkg::trust {
namespace {

constexpr std::size_t largest_answer = 256 * 1024;
constexpr std::string_view key_type = "ssh-ed25519";
constexpr char request_identities = 11;
constexpr char identities_answer = 12;
constexpr char sign_request = 13;
constexpr char sign_response = 14;

/// Lengths and strings as SSH writes them (RFC 4251, section 5).
class AnswerReader {
public:
    explicit AnswerReader(std::string_view bytes) : rest_(bytes) {}

    char byte() { return take(1).front(); }
    std::uint32_t number()
    {
        std::uint32_t number = 0;
        for (const char c : take(4)) {
            number = number << 8U | static_cast<unsigned char>(c);
        }
        return number;
    }
    std::string_view string() { return take(number()); }
    bool at_end() const { return rest_.empty(); }

private:
    std::string_view take(std::size_t count)
    {
        if (count > rest_.size()) {
            throw Error(Code::corrupt, "ssh-agent: its answer is cut off");
        }
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::string_view rest_;
};

std::string ssh_number(std::size_t number)
{
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        bytes += static_cast<char>(number >> shift & 0xFFU);
    }
    return bytes;
}

std::string ssh_string(std::string_view text) { return ssh_number(text.size()) + std::string(text); }

std::string key_blob(const PublicKey& key) { return ssh_string(key_type) + ssh_string(as_text(key.bytes())); }

/// One question to an agent, which gets so long to take and to answer it.
class Conversation {
public:
    Conversation(const std::filesystem::path& socket, std::chrono::milliseconds patience)
        : until_(std::chrono::steady_clock::now() + patience), patience_(patience)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto text = socket.string();
        if (text.empty() || text.size() >= sizeof(address.sun_path)) {
            throw Error(Code::failed, "ssh-agent: " + text + " cannot be the path of a socket");
        }
        std::ranges::copy(text, std::begin(address.sun_path));
        fd_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        // One whose queue is full says EAGAIN at once: an agent that accepts nobody.
        if (!fd_ || ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw system_error("reach the ssh-agent at " + text, errno);
        }
    }

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            wait_for(POLLOUT);
            const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EINTR && errno != EAGAIN) {
                throw system_error("ask the ssh-agent", errno);
            }
            bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
        }
    }

    std::string receive(std::size_t size)
    {
        std::string bytes(size, '\0');
        std::size_t got = 0;
        while (got < size) {
            wait_for(POLLIN);
            const auto count = ::recv(fd_.get(), bytes.data() + got, size - got, 0);
            if (count == 0) {
                throw Error(Code::failed, "ssh-agent: it closed the connection");
            }
            if (count < 0 && errno != EINTR && errno != EAGAIN) {
                throw system_error("listen to the ssh-agent", errno);
            }
            got += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        }
        return bytes;
    }

private:
    void wait_for(short event) const
    {
        for (;;) {
            interrupt::throw_if_requested();
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
            if (left.count() <= 0) {
                const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience_).count();
                throw Error(Code::failed, "ssh-agent: no answer within " + std::to_string(seconds) + " seconds",
                            "does it wait for somebody to touch a token or to answer its question?");
            }
            struct pollfd waiting {
                fd_.get(), event, 0
            };
            constexpr std::chrono::milliseconds glance{1000};
            const auto ready = ::poll(&waiting, 1, static_cast<int>(std::min(left, glance).count()) + 1);
            if (ready > 0) {
                return;
            }
            if (ready < 0 && errno != EINTR) {
                throw system_error("wait for the ssh-agent", errno);
            }
        }
    }

    Fd fd_;
    std::chrono::steady_clock::time_point until_;
    std::chrono::milliseconds patience_;
};

std::string ask(const std::filesystem::path& socket, std::chrono::milliseconds patience, std::string_view request)
{
    Conversation agent(socket, patience);
    agent.send(ssh_string(request));
    const auto length = agent.receive(4);
    const auto size = AnswerReader(length).number();
    if (size == 0 || size > largest_answer) {
        throw Error(Code::corrupt, "ssh-agent: an answer of " + std::to_string(size) + " bytes");
    }
    return agent.receive(size);
}

class AgentKey final : public Signer {
public:
    AgentKey(std::filesystem::path socket, std::chrono::milliseconds patience, const PublicKey& key)
        : socket_(std::move(socket)), patience_(patience), key_(key)
    {
    }

    const PublicKey& public_key() const noexcept override { return key_; }

    SignatureBytes sign(std::string_view message) const override
    {
        const auto request = sign_request + ssh_string(key_blob(key_)) + ssh_string(message) + ssh_number(0);
        const auto signature = parse_agent_signature(ask(socket_, patience_, request));
        if (!key_.verifies(signature, message)) {
            throw Error(Code::untrusted, "ssh-agent: what it signed does not verify with key " + key_.id().hex());
        }
        return signature;
    }

private:
    std::filesystem::path socket_;
    std::chrono::milliseconds patience_;
    PublicKey key_;
};

} // namespace

std::vector<PublicKey> parse_agent_keys(std::string_view answer)
{
    AnswerReader reader(answer);
    if (reader.byte() != identities_answer) {
        throw Error(Code::corrupt, "ssh-agent: not an answer to the question for its keys");
    }
    std::vector<PublicKey> keys;
    for (auto left = reader.number(); left > 0; --left) {
        AnswerReader blob(reader.string());
        reader.string(); // a comment
        if (blob.string() != key_type) {
            continue;
        }
        const auto bytes = blob.string();
        std::array<std::uint8_t, 32> key{};
        if (bytes.size() != key.size() || !blob.at_end()) {
            throw Error(Code::corrupt, "ssh-agent: an ed25519 key of the wrong length");
        }
        std::ranges::copy(as_bytes(bytes), key.begin());
        keys.emplace_back(key);
    }
    return keys;
}

SignatureBytes parse_agent_signature(std::string_view answer)
{
    AnswerReader reader(answer);
    if (reader.byte() != sign_response) {
        throw Error(Code::failed, "ssh-agent: it did not sign", "is it locked, or was its question answered with no?");
    }
    AnswerReader blob(reader.string());
    const auto type = blob.string();
    const auto bytes = blob.string();
    SignatureBytes signature{};
    if (type != key_type || bytes.size() != signature.size()) {
        throw Error(Code::corrupt, "ssh-agent: its answer is no ed25519 signature");
    }
    std::ranges::copy(as_bytes(bytes), signature.begin());
    return signature;
}

std::vector<std::unique_ptr<Signer>> agent_keys(const std::filesystem::path& socket, std::chrono::milliseconds patience)
{
    std::vector<std::unique_ptr<Signer>> keys;
    for (const auto& key : parse_agent_keys(ask(socket, patience, std::string(1, request_identities)))) {
        keys.push_back(std::make_unique<AgentKey>(socket, patience, key));
    }
    return keys;
}

std::filesystem::path agent_socket()
{
    const char* const socket = std::getenv("SSH_AUTH_SOCK");
    if (socket == nullptr || *socket == '\0') {
        throw Error(Code::not_found, "ssh-agent: SSH_AUTH_SOCK does not name one", "start it: eval $(ssh-agent)");
    }
    return socket;
}

} // namespace qpkg::trust
