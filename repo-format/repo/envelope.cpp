// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/envelope.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

namespace qpkg::envelope {
namespace {

constexpr std::string_view opening = R"({"signatures":[)";
constexpr std::string_view before_key_id = R"({"keyid":")";
constexpr std::string_view before_signature = R"(","sig":")";
constexpr std::string_view after_signature = R"("})";
constexpr std::string_view before_payload = R"(],"signed":)";

[[noreturn]] void fail(std::string_view what) { throw Error(Code::corrupt, std::string(what)); }

/// Says which of the two common accidents this is: another kind of file, or metadata that somebody reformatted.
void check_opening(std::string_view bytes)
{
    if (bytes.starts_with(opening)) {
        return;
    }
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (bytes.starts_with(byte_order_mark)) {
        fail("not canonical: begins with a byte order mark");
    }
    const auto first = bytes.substr(0, std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
    const auto rest = bytes.substr(first.size());
    if (rest.starts_with('{') && rest.substr(0, 64).find("\"sig") != std::string_view::npos) {
        fail("not canonical: the file must begin with {\"signatures\":[ and hold no blanks");
    }
    fail("not qpkg metadata");
}

class Scanner {
public:
    explicit Scanner(std::string_view bytes) : rest_(bytes) {}

    bool take(std::string_view token)
    {
        if (!rest_.starts_with(token)) {
            return false;
        }
        rest_.remove_prefix(token.size());
        return true;
    }

    Signature signature()
    {
        require(before_key_id);
        const auto key_id = Digest::from_hex(take_bytes(64));
        require(before_signature);
        const auto bytes = parse_signature(take_bytes(128));
        require(after_signature);
        if (!key_id || !bytes) {
            fail("not canonical: a key id or signature is not lower-case hex of the right length");
        }
        return {*key_id, *bytes};
    }

    void require(std::string_view token)
    {
        if (!take(token)) {
            fail("not canonical: the signatures do not have the fixed shape");
        }
    }

    std::string_view rest() const { return rest_; }

private:
    std::string_view take_bytes(std::size_t count)
    {
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view rest_;
};

void check_order(const std::vector<Signature>& signatures)
{
    const auto& last = signatures.back().key_id;
    const auto& before = signatures[signatures.size() - 2].key_id;
    if (before == last) {
        fail("key " + last.hex() + " signs twice");
    }
    if (before > last) {
        fail("not canonical: the signatures are not in ascending order of key id");
    }
}

} // namespace

std::optional<std::array<std::uint8_t, 64>> parse_signature(std::string_view hex)
{
    const auto first = Digest::from_hex(hex.substr(0, 64));
    const auto second = hex.size() == 128 ? Digest::from_hex(hex.substr(64)) : std::nullopt;
    if (!first || !second) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 64> bytes{};
    std::ranges::copy(first->bytes(), bytes.begin());
    std::ranges::copy(second->bytes(), bytes.begin() + 32);
    return bytes;
}

Envelope scan(std::string_view bytes)
{
    check_opening(bytes);
    Scanner scanner(bytes);
    scanner.require(opening);
    Envelope envelope;
    do {
        if (envelope.signatures.size() == largest_count) {
            fail("more than " + std::to_string(largest_count) + " signatures");
        }
        envelope.signatures.push_back(scanner.signature());
        if (envelope.signatures.size() > 1) {
            check_order(envelope.signatures);
        }
    } while (scanner.take(","));
    scanner.require(before_payload);
    envelope.payload = scanner.rest();
    if (!envelope.payload.ends_with('}')) {
        fail("not canonical: truncated, or something follows the signed part");
    }
    envelope.payload.remove_suffix(1);
    if (!envelope.payload.starts_with('{') || !envelope.payload.ends_with('}')) {
        fail("not canonical: the signed part is not an object");
    }
    return envelope;
}

std::string write(std::vector<Signature> signatures, std::string_view payload)
{
    std::ranges::sort(signatures, {}, &Signature::key_id);
    const auto twice = std::ranges::adjacent_find(signatures, {}, &Signature::key_id);
    if (signatures.empty() || signatures.size() > largest_count || twice != signatures.end()) {
        throw Error(Code::usage, "a signed file needs 1 to 16 signatures of different keys");
    }
    std::string file(opening);
    for (const auto& signature : signatures) {
        file += file.size() == opening.size() ? "" : ",";
        file += before_key_id;
        file += signature.key_id.hex();
        file += before_signature;
        file += to_hex(signature.bytes);
        file += after_signature;
    }
    file += before_payload;
    file += payload;
    file += '}';
    return file;
}

} // namespace qpkg::envelope
