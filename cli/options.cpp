// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/options.hpp"

#include "cli/toml_file.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <vector>

namespace qpkg::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t largest_limit = 1'000'000'000;
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

void overlay_build(SandboxLimits& limits, const fs::path& file, const toml::node& section)
{
    const auto* table = section.as_table();
    if (table == nullptr) {
        throw wrong_toml(file, section.source(), "expected the section [build]");
    }
    for (const auto& [key, node] : *table) {
        const auto value = node.value_exact<std::int64_t>();
        if (!value || *value < 1 || *value > largest_limit) {
            throw wrong_toml(file, node.source(), "expected a number from 1 to " + std::to_string(largest_limit));
        }
        const auto limit = static_cast<std::uint64_t>(*value);
        if (key.str() == "processes") {
            limits.processes = limit;
        } else if (key.str() == "memory_mib") {
            limits.memory = limit * mebibyte;
        } else if (key.str() == "disk_mib") {
            limits.disk = limit * mebibyte;
        } else if (key.str() == "minutes") {
            limits.time = std::chrono::minutes(*value);
        } else {
            throw wrong_toml(file, key.source(),
                             "unknown key \"" + std::string(key.str()) +
                                 "\" in [build], expected processes, memory_mib, disk_mib or minutes");
        }
    }
}

void overlay(Options& options, const fs::path& file)
{
    const auto table = parse_toml_file(file);
    for (const auto& [key, node] : table) {
        if (key.str() == "build") {
            overlay_build(options.build, file, node);
            continue;
        }
        const auto value = node.value<std::string>();
        if (key.str() != "root" && key.str() != "backend") {
            throw wrong_toml(file, key.source(),
                             "unknown key \"" + std::string(key.str()) + "\", expected root, backend or [build]");
        }
        if (!value) {
            throw wrong_toml(file, node.source(), "expected a string");
        }
        if (key.str() == "root") {
            options.root = *value;
        } else {
            options.backend = *value;
        }
    }
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
