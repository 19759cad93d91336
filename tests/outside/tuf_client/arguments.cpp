// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outside/tuf_client/arguments.hpp"

#include "qpkg/core/error.hpp"

#include <map>

namespace qpkg::tuf_client {
namespace {

using Options = std::map<std::string, std::vector<std::string>>;

Error usage(const std::string& what)
{
    return {
        Code::usage, what,
        "qpkg-tuf-client --metadata-dir DIR init ROOT | --metadata-dir DIR --metadata-url URL refresh | "
        "--metadata-dir DIR --metadata-url URL --target-name NAME… --target-base-url URL --target-dir DIR download"};
}

std::string only(const Options& options, const std::string& name)
{
    const auto& values = options.at(name);
    if (values.size() != 1 || values.front().empty()) {
        throw usage(name + ": needed once");
    }
    return values.front();
}

} // namespace

Arguments parse_arguments(const std::vector<std::string>& words)
{
    Options options{{"--metadata-dir", {}},
                    {"--metadata-url", {}},
                    {"--target-name", {}},
                    {"--target-base-url", {}},
                    {"--target-dir", {}}};
    std::vector<std::string> plain;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto option = options.find(words[i]);
        if (option == options.end()) {
            plain.push_back(words[i]);
        } else if (i + 1 < words.size()) {
            option->second.push_back(words[++i]);
        } else {
            throw usage(words[i] + ": needs a value");
        }
    }
    Arguments arguments;
    arguments.command = plain.empty() ? "" : plain.front();
    arguments.metadata_dir = only(options, "--metadata-dir");
    if (arguments.command == "init" && plain.size() == 2) {
        arguments.root = plain.at(1);
        return arguments;
    }
    if (plain.size() != 1 || (arguments.command != "refresh" && arguments.command != "download")) {
        throw usage("expected one of init ROOT, refresh, download");
    }
    arguments.metadata_url = only(options, "--metadata-url");
    if (arguments.command == "download") {
        arguments.target_names = options.at("--target-name");
        arguments.target_base_url = only(options, "--target-base-url");
        arguments.target_dir = only(options, "--target-dir");
        if (arguments.target_names.empty()) {
            throw usage("--target-name: needed");
        }
    }
    return arguments;
}

} // namespace qpkg::tuf_client
