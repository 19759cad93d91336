// SPDX-License-Identifier: LGPL-2.1-or-later

// Runs every file of a corpus directory through a fuzz target once, for compilers without libFuzzer.

#include "qpkg/core/files.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv)
{
    constexpr std::size_t largest_seed = 16U << 20U;
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 2;
    }
    std::size_t seeds = 0;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
        const auto bytes = qpkg::files::read(entry.path(), largest_seed);
        // A vector of exactly this size: reading one byte too far is then seen by the sanitizer.
        const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
        LLVMFuzzerTestOneInput(input.data(), input.size());
        ++seeds;
    }
    std::printf("%zu seeds\n", seeds);
    return seeds == 0 ? 1 : 0;
}
