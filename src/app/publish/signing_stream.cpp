// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/signing_stream.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <charconv>

namespace qpkg::app {
namespace {

constexpr std::string_view opening = "qpkg-sign 1\n";
constexpr std::string_view answer_opening = "qpkg-signed 1\n";
constexpr std::string_view refusal_opening = "qpkg-refused 1\n";
constexpr std::string_view closing = "end\n";
constexpr std::string_view index_name = "request";
constexpr std::size_t longest_line = 256;

[[noreturn]] void fail(const std::string& what) { throw Error(Code::corrupt, "signing request: " + what); }

void add_part(std::string& stream, const std::string& name, std::string_view bytes)
{
    stream += name + " " + std::to_string(bytes.size()) + "\n";
    stream += bytes;
}

/// Lines and counted bytes, from front to back.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    bool take(std::string_view token)
    {
        const bool found = rest_.starts_with(token);
        rest_.remove_prefix(found ? token.size() : 0);
        return found;
    }

    std::string_view line()
    {
        const auto end = rest_.substr(0, longest_line).find('\n');
        if (end == std::string_view::npos) {
            fail("ends early, or a line is too long");
        }
        const auto found = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return found;
    }

    /// "<name> <length>", then so many bytes.
    std::pair<std::string, std::string_view> part()
    {
        const auto words = text::split(line(), ' ');
        std::size_t length = 0;
        if (words.size() != 2) {
            fail("expected a name and a length");
        }
        const auto& digits = words[1];
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (error != std::errc() || end != digits.data() + digits.size() || length > rest_.size()) {
            fail("a length is no number, or larger than what follows");
        }
        const auto bytes = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return {words[0], bytes};
    }

    bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

} // namespace

std::string encode_signing_stream(const SigningStream& request)
{
    std::string stream(opening);
    add_part(stream, std::string(index_name), encode_signing_request(request.files));
    for (const auto& file : request.files) {
        add_part(stream, file.file(), file.payload);
    }
    for (const auto& [id, bytes] : request.evidence) {
        add_part(stream, id.hex(), bytes);
    }
    stream += closing;
    return stream;
}

SigningStream parse_signing_stream(std::string_view bytes)
{
    if (bytes.size() > largest_signing_stream) {
        throw Error(Code::no_space, "signing request: more than " + text::human_size(largest_signing_stream));
    }
    Reader reader(bytes);
    if (!reader.take(opening)) {
        fail("begins with something else");
    }
    SigningStream request;
    const auto [name, index] = reader.part();
    if (name != index_name) {
        fail("expected its index first");
    }
    std::map<std::string, std::string> payloads;
    while (!reader.take(closing)) {
        const auto [part, content] = reader.part();
        const auto id = Digest::from_hex(part);
        if (!id) {
            payloads.emplace(part, content);
            continue;
        }
        if (request.evidence.size() == most_evidence || sha256(content) != *id) {
            fail("too much evidence, or some that is not what its name says");
        }
        request.evidence.emplace(*id, content);
    }
    if (!reader.at_end()) {
        fail("something follows its end");
    }
    request.files = complete_signing_request(index, [&](const std::string& file) {
        const auto found = payloads.extract(file);
        if (!found) {
            fail(file + " is missing");
        }
        return std::move(found.mapped());
    });
    if (!payloads.empty()) {
        fail(text::escaped(payloads.begin()->first, 80) + " is not in its index");
    }
    return request;
}

std::string encode_signing_answer(const std::vector<RemoteSignature>& signatures)
{
    std::string answer(answer_opening);
    for (const auto& [file, signature] : signatures) {
        answer += file + " " + signature.key_id.hex() + " " + to_hex(signature.bytes) + "\n";
    }
    answer += closing;
    return answer;
}

std::string encode_signing_refusal(std::string_view reason)
{
    return std::string(refusal_opening) + text::escaped(reason) + "\n" + std::string(closing);
}

std::vector<RemoteSignature> parse_signing_answer(std::string_view bytes)
{
    if (bytes.size() > largest_signing_answer) {
        throw Error(Code::no_space, "answer of the vault: more than " + text::human_size(largest_signing_answer));
    }
    Reader reader(bytes);
    if (reader.take(refusal_opening)) {
        throw Error(Code::untrusted, "the vault refused: " + text::escaped(reader.line()));
    }
    if (!reader.take(answer_opening)) {
        throw Error(Code::corrupt, "answer of the vault: begins with something else");
    }
    std::vector<RemoteSignature> signatures;
    while (!reader.take(closing)) {
        const auto words = text::split(reader.line(), ' ');
        const auto key = words.size() == 3 ? Digest::from_hex(words[1]) : std::nullopt;
        const auto signature = words.size() == 3 ? envelope::parse_signature(words[2]) : std::nullopt;
        if (!key || !signature) {
            throw Error(Code::corrupt, "answer of the vault: expected a file, a key id and a signature");
        }
        signatures.push_back({words[0], {*key, *signature}});
    }
    if (!reader.at_end()) {
        throw Error(Code::corrupt, "answer of the vault: something follows its end");
    }
    return signatures;
}

} // namespace qpkg::app
