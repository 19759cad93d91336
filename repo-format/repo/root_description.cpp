// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/root_description.hpp"

#include "repo-format/repo/details.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg {
namespace {

constexpr std::string_view kind = "qpkg-root ";
constexpr std::string_view version = "1 ";
constexpr std::size_t longest_line = 100;

} // namespace

RootDescription parse_root_description(std::string_view bytes)
{
    const auto end = bytes.substr(0, longest_line).find('\n');
    if (end == std::string_view::npos || !bytes.starts_with(kind)) {
        throw Error(Code::corrupt, "it is no description of a root");
    }
    const auto rest = bytes.substr(0, end).substr(kind.size());
    if (!rest.starts_with(version)) {
        throw Error(Code::unsupported, "\"" + text::escaped(rest, 20) + "\": it is of another qpkg",
                    "install the same qpkg-agent there as here");
    }
    if (bytes.size() - end - 1 > largest_details) {
        throw Error(Code::no_space, "it is larger than " + text::human_size(largest_details));
    }
    return {QubeName::require(rest.substr(version.size()), Code::corrupt), std::string(bytes.substr(end + 1))};
}

std::string encode(const RootDescription& description)
{
    return std::string(kind) + std::string(version) + description.root.text() + '\n' + description.details;
}

} // namespace qpkg
