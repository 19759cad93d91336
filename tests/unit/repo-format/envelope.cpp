// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/envelope.hpp"

#include "support/expect.hpp"

using namespace qpkg;

namespace {

envelope::Signature signature_of(std::string_view key)
{
    envelope::Signature signature{sha256(key), {}};
    signature.bytes.fill(0xab);
    return signature;
}

std::vector<envelope::Signature> sorted_signatures(std::size_t count)
{
    std::vector<envelope::Signature> signatures;
    for (std::size_t i = 0; i < count; ++i) {
        signatures.push_back(signature_of(std::to_string(i)));
    }
    return signatures;
}

std::string entry(const std::string& key_id)
{
    return R"({"keyid":")" + key_id + R"(","sig":")" + std::string(128, 'a') + R"("})";
}

std::string file_of(const std::string& entries) { return R"({"signatures":[)" + entries + R"(],"signed":{"a":1}})"; }

const std::string low(64, '1');
const std::string high(64, '2');

} // namespace

TEST_CASE("a scan finds every signature and the raw bytes of the payload")
{
    const auto bytes = envelope::write(sorted_signatures(16), R"({"not":"looked } at"})");

    const auto found = envelope::scan(bytes);

    CHECK(found.signatures.size() == 16);
    CHECK(found.payload == R"({"not":"looked } at"})");
    CHECK(envelope::write(found.signatures, found.payload) == bytes);
}

TEST_CASE("the payload is not parsed by the scan")
{
    CHECK(envelope::scan(R"({"signatures":[)" + entry(low) + R"(],"signed":{garbage "}})").payload == R"({garbage "})");
}

TEST_CASE("bad input 1: a signed file cut at any byte is never accepted as it was")
{
    const auto whole = envelope::write(sorted_signatures(2), R"({"a":{"b":1},"c":[2]})");
    const auto payload = envelope::scan(whole).payload;

    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto cut = whole.substr(0, length);
        const auto failure = testing::failure_of([&] {
            const auto found = envelope::scan(cut);
            CHECK(found.payload != payload);
        });
        CHECK((!failure || failure->code == Code::corrupt));
    }
}

TEST_CASE("bad input 2: empty files and {} are refused")
{
    for (const auto* bytes : {"", "{", "{}", "x", "\n"}) {
        CHECK_FAILS(Code::corrupt, "not qpkg metadata", envelope::scan(bytes));
    }
}

TEST_CASE("bad input 3: an error page, gzip or noise is not qpkg metadata")
{
    for (const auto* bytes : {"<html><body>404</body></html>", "\x1f\x8b\x08", "\x93\x01\xff noise", "{\"error\":1}"}) {
        CHECK_FAILS(Code::corrupt, "not qpkg metadata", envelope::scan(bytes));
    }
}

TEST_CASE("bad input 4: blanks, byte order mark and trailing bytes are not canonical")
{
    const auto good = file_of(entry(low));

    for (const auto& bytes : {" " + good, "\n" + good, "\xef\xbb\xbf" + good, good + "\n", good + " ", good + "x",
                              R"({ "signatures": [)" + entry(low) + R"(], "signed": {}})",
                              R"({"signed":{},"signatures":[)" + entry(low) + "]}"}) {
        CHECK_FAILS(Code::corrupt, "not canonical", envelope::scan(bytes));
    }
}

TEST_CASE("bad input 10: the seventeenth signature ends the scan")
{
    std::string entries;
    for (std::size_t i = 0; i < 100000; ++i) {
        auto key_id = std::to_string(i);
        key_id.insert(0, 64 - key_id.size(), '0');
        entries += (i == 0 ? "" : ",") + entry(key_id);
    }

    CHECK_FAILS(Code::corrupt, "more than 16 signatures", envelope::scan(file_of(entries)));
}

TEST_CASE("bad input 16: one key id twice is refused, also when sorted")
{
    CHECK_FAILS(Code::corrupt, "signs twice", envelope::scan(file_of(entry(low) + "," + entry(low))));
}

TEST_CASE("signatures out of order, in upper case, missing or of another length are refused")
{
    CHECK_FAILS(Code::corrupt, "ascending", envelope::scan(file_of(entry(high) + "," + entry(low))));
    CHECK_FAILS(Code::corrupt, "lower-case", envelope::scan(file_of(entry(std::string(64, 'A')))));
    CHECK_FAILS(Code::corrupt, "fixed shape", envelope::scan(file_of("")));
    CHECK_FAILS(Code::corrupt, "fixed shape", envelope::scan(file_of(entry(low) + ",")));
    CHECK_FAILS(Code::corrupt, "fixed shape", envelope::scan(file_of(entry(low + "1"))));
}

TEST_CASE("an envelope is not written without signatures or with two of one key")
{
    CHECK_FAILS(Code::usage, "1 to 16", envelope::write({}, "{}"));
    CHECK_FAILS(Code::usage, "1 to 16", envelope::write({signature_of("a"), signature_of("a")}, "{}"));
    CHECK_FAILS(Code::usage, "1 to 16", envelope::write(sorted_signatures(17), "{}"));
}
