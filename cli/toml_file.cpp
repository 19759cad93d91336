// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/toml_file.hpp"

namespace qpkg::cli {

toml::table parse_toml_file(const std::filesystem::path& file)
{
    try {
        return toml::parse_file(file.string());
    } catch (const UnparsableToml&) {
        throw Error(Code::usage, file.string() + ": this is not TOML");
    } catch (const toml::parse_error& error) {
        throw wrong_toml(file, error.source(), std::string(error.description()));
    }
}

Error wrong_toml(const std::filesystem::path& file, const toml::source_region& where, const std::string& what)
{
    return {Code::usage, file.string() + ':' + std::to_string(where.begin.line) + ':' +
                             std::to_string(where.begin.column) + ": " + what};
}

} // namespace qpkg::cli
