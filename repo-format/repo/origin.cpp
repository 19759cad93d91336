// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/origin.hpp"

#include "repo-format/repo/rebuild.hpp"
#include "repo-format/repo/rows.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg {
namespace {

constexpr std::string_view kind_of_table = "qpkg-origin";
constexpr std::uint64_t version_of_table = 1;
constexpr std::size_t longest_list_name = 255;
constexpr std::size_t fields_of_list = 5;

bool is_list_name(std::string_view name)
{
    return !name.empty() && name.size() <= longest_list_name && name.front() != '.' &&
           name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

KeptList list_of(std::span<const std::string> fields)
{
    const auto wrong = [](const std::string& what) { return Error(Code::corrupt, "list of origin: " + what); };
    if (fields.size() != fields_of_list || !is_list_name(fields[0])) {
        throw wrong("expected NAME SHA256 SIZE SHA256 SIZE");
    }
    const auto raw = Digest::from_hex(fields[1]);
    const auto size = text::number_of(fields[2]);
    const auto packed = Digest::from_hex(fields[3]);
    const auto packed_size = text::number_of(fields[4]);
    if (!raw || !size || !packed || !packed_size) {
        throw wrong("expected a SHA-256 and a number of bytes, twice");
    }
    if (*size > largest_signed_list || *packed_size > largest_signed_list) {
        throw Error(Code::no_space, "list of origin: allowed are " + std::to_string(largest_signed_list) + " bytes");
    }
    return {fields[0], {*raw, *size, *packed, *packed_size}};
}

} // namespace

std::vector<KeptList> parse_origin(std::string_view bytes)
{
    std::vector<KeptList> lists;
    rows::read(bytes, kind_of_table, version_of_table, largest_origin,
               [&](std::span<const std::string> fields) { lists.push_back(list_of(fields)); });
    return lists;
}

std::string encode_origin(const std::vector<KeptList>& lists)
{
    std::vector<std::string> table;
    for (const auto& [name, file] : lists) {
        const std::vector<std::string> fields{name, file.sha256.hex(), std::to_string(file.size),
                                              file.packed_sha256.hex(), std::to_string(file.packed_size)};
        table.push_back(rows::row(fields));
    }
    return rows::table(kind_of_table, version_of_table, std::move(table), largest_origin);
}

std::string origin_path(const Digest& lock) { return input_path(lock) + ".origin"; }

} // namespace qpkg
