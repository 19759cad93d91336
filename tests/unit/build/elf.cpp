// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/elf.hpp"

#include "support/expect.hpp"
#include "support/paths.hpp"

#include "qpkg/core/files.hpp"

#include <cstring>

using namespace qpkg;
using build::ElfNames;
using build::LibraryName;

namespace {

const auto x86 = Arch::require("x86_64");

/// libhello.so.1, made by GNU ld: symbols of versions HELLO_1.0 and HELLO_1.1, and puts of the C library.
std::string library() { return files::read(testing::source_directory() / "tests/fuzz/corpus/elf/library", 10'000); }

std::optional<ElfNames> names_of(const std::string& file) { return build::read_elf(as_bytes(file), x86); }

/// The library with one number written over another.
template <class Number>
std::string with(std::size_t offset, Number number)
{
    auto file = library();
    std::memcpy(file.data() + offset, &number, sizeof number);
    return file;
}

} // namespace

TEST_CASE("a shared library gives its name and its versions, and takes what it links and which versions of that")
{
    const auto names = names_of(library());

    REQUIRE(names.has_value());
    CHECK(names->given ==
          std::set<LibraryName>{{"libhello.so.1"}, {"libhello.so.1", "HELLO_1.0"}, {"libhello.so.1", "HELLO_1.1"}});
    CHECK(names->taken == std::set<LibraryName>{{"libc.so.6"}, {"libc.so.6", "GLIBC_2.2.5"}});
}

TEST_CASE("what is no program or library of this architecture says nothing")
{
    CHECK_FALSE(names_of("").has_value());
    CHECK_FALSE(names_of("#!/bin/sh\n").has_value());
    CHECK_FALSE(build::read_elf(as_bytes(library()), Arch::require("aarch64")).has_value());
    CHECK_FALSE(names_of(with(4, std::uint8_t{1})).has_value());     // 32 bits
    CHECK_FALSE(names_of(with(16, std::uint16_t{1})).has_value());   // an object file
    CHECK_FALSE(names_of(with(18, std::uint16_t{247})).has_value()); // for the kernel's BPF
}

TEST_CASE("a program without a dynamic section takes nothing")
{
    CHECK(names_of(with(56, std::uint16_t{0})) == ElfNames{});
}

TEST_CASE("a library that contradicts itself is refused")
{
    constexpr std::size_t dynamic = 0xe88;
    const auto refused = [](const std::string& file, const std::string& words) {
        CHECK_FAILS(Code::corrupt, words, names_of(file));
    };

    refused(with(32, std::uint64_t{1} << 63U), "that ends too early");               // program headers
    refused(with(54, std::uint16_t{55}), "program headers of another size");         //
    refused(with(dynamic + 3 * 16 + 8, ~std::uint64_t{0}), "points outside itself"); // strings
    refused(with(dynamic + 5 * 16 + 8, std::uint64_t{3}), "a name that has no end"); // size of strings
    refused(with(dynamic + 8, std::uint64_t{0}), "an empty name");                   // name of the C library
    refused(with(0x2b0 + 16, std::uint32_t{0xffffffff}), "that ends too early");     // next definition
}

TEST_CASE("tables that go on for ever are given up")
{
    constexpr std::uint32_t definition = 20; // bytes
    constexpr std::uint32_t first = 0x2b0;
    constexpr std::uint32_t more = 0x2000;
    auto file = with(0xe88 + 12 * 16 + 8, ~std::uint64_t{0}); // number of definitions
    file.resize(2'000'000);
    const auto lead = [&](std::size_t from, std::uint32_t to) {
        file[from + 2] = 1; // names the library itself
        std::memcpy(file.data() + from + 16, &to, sizeof to);
    };
    lead(first, more - first);
    for (std::size_t at = more; at + definition < file.size(); at += definition) {
        lead(at, definition);
    }

    CHECK_FAILS(Code::corrupt, "too many names", names_of(file));
}

TEST_CASE("a library cut at any byte is refused or says less, and is never read beyond its end")
{
    const auto whole = library();

    for (std::size_t length = 0; length < whole.size(); length += 7) {
        const auto cut = std::string(whole.data(), length);
        try {
            names_of(cut);
        } catch (const Error& error) {
            CHECK(error.code() == Code::corrupt);
        }
    }
}
