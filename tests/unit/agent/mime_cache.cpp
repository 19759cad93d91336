// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/mime_cache.hpp"

#include "support/expect.hpp"

#include <cstdint>
#include <cstring>

using namespace qpkg::agent;

namespace {

/// Looks names up as the specification says, so that the table is read by something else than what wrote it.
class CacheReader {
public:
    explicit CacheReader(std::string bytes) : bytes_(std::move(bytes)) {}

    std::uint32_t number(std::size_t at) const
    {
        REQUIRE(at + 4 <= bytes_.size());
        std::uint32_t value = 0;
        for (std::size_t byte = at; byte < at + 4; ++byte) {
            value = value << 8U | static_cast<unsigned char>(bytes_[byte]);
        }
        return value;
    }

    std::string text(std::size_t at) const
    {
        REQUIRE(at < bytes_.size());
        return bytes_.c_str() + at;
    }

    std::string literal(const std::string& name) const
    {
        const auto list = number(12);
        for (std::uint32_t one = 0; one < number(list); ++one) {
            const auto at = list + 4 + 12 * one;
            if (text(number(at)) == name) {
                return text(number(at + 4)) + ' ' + std::to_string(number(at + 8));
            }
        }
        return "none";
    }

    /// Of the longest ending.
    std::string ending(const std::string& name) const
    {
        const auto tree = number(16);
        return below(number(tree), number(tree + 4), name);
    }

private:
    std::string below(std::uint32_t count, std::uint32_t first, const std::string& name) const
    {
        std::string found = "none";
        std::uint32_t last = 0;
        for (std::uint32_t one = 0; one < count; ++one) {
            const auto at = first + 12 * one;
            const auto character = number(at);
            CHECK(character >= last);
            last = character;
            if (character == 0) {
                found = text(number(at + 4)) + ' ' + std::to_string(number(at + 8));
            } else if (!name.empty() && character == static_cast<unsigned char>(name.back())) {
                const auto deeper = below(number(at + 4), number(at + 8), name.substr(0, name.size() - 1));
                found = deeper == "none" ? found : deeper;
            }
        }
        return found;
    }

    std::string bytes_;
};

} // namespace

TEST_CASE("a compiled table of types says its patterns as the specification has them")
{
    const CacheReader cache(encode_mime_cache({{"a/gz", "*.gz", 50, false},
                                               {"a/targz", "*.tar.GZ", 50, false},
                                               {"a/c", "*.C", 40, true},
                                               {"a/make", "makefile", 50, false},
                                               {"a/core", "core", 50, true}}));

    CHECK(cache.number(0) == 0x00010002);
    CHECK(cache.ending("a.gz") == "a/gz 50");
    CHECK(cache.ending("a.tar.gz") == "a/targz 50");
    CHECK(cache.ending("a.C") == "a/c 296");
    CHECK(cache.ending("a.zip") == "none");
    CHECK(cache.literal("makefile") == "a/make 50");
    CHECK(cache.literal("core") == "a/core 306");
    for (const auto list : {4U, 8U, 20U, 24U, 28U, 32U, 36U}) {
        CHECK(cache.number(cache.number(list)) == 0);
    }
}

TEST_CASE("a pattern that two lists cannot say is left out of a compiled table")
{
    const auto empty = encode_mime_cache({});

    CHECK(CacheReader(empty).ending("a") == "none");
    for (const auto* pattern : {"*", "a*", "*.[ab]", "*.?", "a b", "*.\xc3\xa4", "", "*.*"}) {
        CHECK(encode_mime_cache({{"a/b", pattern, 50, false}}) == empty);
    }
}
