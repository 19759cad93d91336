// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/passphrase.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

namespace qpkg::cli {

std::string read_passphrase(const std::filesystem::path& file)
{
    constexpr std::size_t largest = 4096;
    auto bytes = files::read(file, largest);
    auto line = bytes.substr(0, bytes.find('\n'));
    if (line.empty()) {
        throw Error(Code::usage, "passphrase file " + file.string() + ": its first line is empty");
    }
    return line;
}

} // namespace qpkg::cli
