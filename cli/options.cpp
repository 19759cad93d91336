// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/options.hpp"

#include "base/toml_file.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <vector>

namespace qpkg::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_limit = 1'000'000'000;
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

void overlay_build(SandboxLimits& limits, TomlSection section)
{
    const auto limit = [&](std::string_view key, std::uint64_t usual, std::uint64_t unit) {
        const auto found = section.number(key, 1, largest_limit);
        return found ? *found * unit : usual;
    };
    limits.processes = limit("processes", limits.processes, 1);
    limits.memory = limit("memory_mib", limits.memory, mebibyte);
    limits.disk = limit("disk_mib", limits.disk, mebibyte);
    if (const auto minutes = section.number("minutes", 1, largest_limit)) {
        limits.time = std::chrono::minutes(*minutes);
    }
    section.refuse_unknown();
}

void overlay(Options& options, const fs::path& file)
{
    read_toml_file(file, [&](TomlSection& whole) {
        options.root = whole.text("root").value_or(options.root);
        options.backend = whole.text("backend").value_or(options.backend);
        overlay_build(options.build, whole.section("build"));
    });
}

} // namespace

Options load_options(const fs::path& config)
{
    Options options;
    if (!config.empty()) {
        if (!fs::exists(config)) {
            throw Error(Code::not_found, "open " + config.string() + ": no such file");
        }
        overlay(options, config);
        return options;
    }
    if (fs::exists("/etc/qpkg/qpkg.toml")) {
        overlay(options, "/etc/qpkg/qpkg.toml");
    }
    std::vector<fs::path> parts;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/etc/qpkg/conf.d", none)) {
        if (entry.path().extension() == ".toml") {
            parts.push_back(entry.path());
        }
    }
    std::sort(parts.begin(), parts.end());
    for (const auto& part : parts) {
        overlay(options, part);
    }
    return options;
}

} // namespace qpkg::cli
