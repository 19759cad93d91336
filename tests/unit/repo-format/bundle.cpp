// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/bundle.hpp"

#include "support/expect.hpp"

#include <doctest/doctest.h>

namespace qpkg::bundle {
namespace {

Section section_of(std::string_view path, std::string_view bytes)
{
    return {.key = key_of(path), .type = type_of(path), .length = bytes.size(), .sha256 = sha256(bytes)};
}

std::vector<Section> smallest()
{
    return {section_of(repository_path, "r"), section_of("tuf/timestamp.json", "t"),
            section_of("tuf/1.snapshot.json", "s"), section_of("tuf/1.targets.json", "a")};
}

std::vector<Section> parse(std::string_view bytes)
{
    const auto header = parse_header(as_bytes(bytes).first(header_size));
    return parse_table(header, as_bytes(bytes).subspan(header_size, header.table_length()));
}

/// The bytes with the table's hash made right again, as a sender who lies would send them.
std::string rehashed(std::string bytes)
{
    const auto check = sha256(bytes.substr(0, 32) + bytes.substr(header_size)).bytes_string();
    return bytes.replace(32, check.size(), check);
}

std::string with_byte(std::string bytes, std::size_t offset, char value)
{
    bytes.at(offset) = value;
    return bytes;
}

TEST_CASE("a bundle's header and table come back with offsets that fill the file")
{
    auto sections = smallest();
    sections.push_back(section_of("targets/org.example/hello/x86_64/x.stable-1.json", "manifest"));
    sections.push_back(section_of("ostree/objects/ab/cd.file", "content"));
    sections.push_back(section_of("ostree/objects/ab/ce.commit", ""));

    const auto bytes = encode(sections, 0);
    const auto read = parse(bytes);

    REQUIRE(read.size() == sections.size());
    auto offset = bytes.size();
    for (std::size_t i = 0; i < read.size(); ++i) {
        sections.at(i).offset = offset;
        offset += sections.at(i).length;
        CHECK(read.at(i) == sections.at(i));
    }
    CHECK(parse_header(as_bytes(bytes).first(header_size)).length == offset);
}

TEST_CASE("a header that lies is refused before anything is read")
{
    const auto bytes = encode(smallest(), 0);
    const auto refuse = [&](std::size_t offset, char value, std::string_view says) {
        const auto bent = with_byte(bytes, offset, value);
        CHECK_FAILS(Code::corrupt, says, parse_header(as_bytes(bent).first(header_size)));
    };

    refuse(0, 'X', "not a bundle");
    refuse(6, 9, "version 9 of the format, expected 1");
    refuse(19, '\x7f', "sections, allowed are");
    refuse(17, 1, "ends behind the end of the file");
    refuse(20, 2, "unknown flags");
    refuse(24, 1, "unknown flags");
}

TEST_CASE("every changed byte of header or table is noticed")
{
    const auto bytes = encode(smallest(), 0);

    for (std::size_t i = 0; i < bytes.size(); ++i) {
        CAPTURE(i);
        CHECK_THROWS_AS(parse(with_byte(bytes, i, static_cast<char>(bytes.at(i) ^ 1))), Error);
    }
}

TEST_CASE("a table that lies is refused though its hash is right")
{
    const auto bytes = encode(smallest(), 0);
    const auto refuse = [&](std::size_t offset, char value, std::string_view says) {
        CHECK_FAILS(Code::corrupt, says, parse(rehashed(with_byte(bytes, offset, value))));
    };
    constexpr std::size_t second = header_size + entry_size;

    refuse(second + 16, 99, "unknown type 99");
    refuse(second + 16, 0, "unknown type 0");
    refuse(second + 20, 1, "reserved bytes are not 0");
    refuse(second + 24, 2, "it ends behind the end of the file");
    refuse(second + 31, '\xff', "bytes, allowed are 16384");
    refuse(second + 24, 0, "the sections fill");
    refuse(second + 16, 1, "more than 1 of its type");
    refuse(second + 16, 4, "more than 1 of its type");
}

TEST_CASE("sections out of order, twice, or missing make no bundle")
{
    auto swapped = smallest();
    std::swap(swapped.at(1), swapped.at(2));
    CHECK_FAILS(Code::usage, "timestamp after snapshot", encode(swapped, 0));

    auto twice = smallest();
    twice.push_back(section_of("ostree/objects/ab/cd.file", "content"));
    twice.push_back(twice.back());
    CHECK_FAILS(Code::usage, "two sections have the same key", encode(twice, 0));

    auto without = smallest();
    without.erase(without.begin() + 1);
    CHECK_FAILS(Code::usage, "there is no section timestamp", encode(without, 0));
    CHECK_FAILS(Code::usage, "there is no section repository", encode({}, 0));
}

TEST_CASE("a bundle of metadata only holds no objects")
{
    auto sections = smallest();
    CHECK(parse(encode(sections, metadata_only_flag)).size() == sections.size());

    sections.push_back(section_of("ostree/objects/ab/cd.file", "content"));
    CHECK_FAILS(Code::usage, "metadata only", encode(sections, metadata_only_flag));
}

TEST_CASE("lengths that overflow a sum are refused")
{
    auto sections = smallest();
    sections.push_back(section_of("ostree/objects/ab/cd.file", ""));
    sections.push_back(section_of("ostree/objects/ab/ce.file", ""));
    auto bytes = encode(sections, 0);
    const auto fifth = header_size + 4 * entry_size + 24;
    bytes.replace(fifth, 8, std::string(8, '\xff'));
    bytes.replace(fifth + entry_size, 8, std::string("\1\0\0\0\0\0\0\0", 8));

    CHECK_FAILS(Code::corrupt, "section 5: not a sound bundle: it ends behind the end", parse(rehashed(bytes)));
}

} // namespace
} // namespace qpkg::bundle
