// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/options.hpp"

#include "cli/toml_file.hpp"

#include "qpkg/base/error.hpp"

#include <algorithm>
#include <vector>

namespace qpkg::cli {
namespace {

namespace fs = std::filesystem;

void overlay(Options& options, const fs::path& file)
{
    const auto table = parse_toml_file(file);
    for (const auto& [key, node] : table) {
        const auto value = node.value<std::string>();
        if (key.str() != "root" && key.str() != "backend") {
            throw wrong_toml(file, key.source(),
                             "unknown key \"" + std::string(key.str()) + "\", expected root or backend");
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
