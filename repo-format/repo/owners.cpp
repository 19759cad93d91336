// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/owners.hpp"

#include "repo-format/repo/rows.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <span>

namespace qpkg {
namespace {

constexpr std::string_view owners_kind = "qpkg-owners";
constexpr std::uint64_t owners_version = 1;
constexpr std::string_view owner_word = "owner";
constexpr std::string_view licence_word = "licence";

void take_owners_row(const OwnersSink& sink, std::span<const std::string> fields)
{
    const bool is_owner = fields[0] == owner_word;
    if (!is_owner && fields[0] != licence_word) {
        return; // of a newer builder
    }
    if (fields.size() != 3 || fields[1].empty() || fields[2].empty() || (is_owner && !fields[1].starts_with('/'))) {
        throw Error(Code::corrupt, "a malformed row of kind " + text::escaped(fields[0], 20));
    }
    if (is_owner && sink.owner) {
        sink.owner({fields[1], fields[2]});
    }
    if (!is_owner && sink.licence) {
        sink.licence({fields[1], fields[2]});
    }
}

} // namespace

void read_owners(std::string_view bytes, const OwnersSink& sink)
{
    rows::read(bytes, owners_kind, owners_version, largest_owners,
               [&](std::span<const std::string> fields) { take_owners_row(sink, fields); });
}

std::string encode_owners(const std::vector<Owner>& owners, const std::vector<Licence>& licences)
{
    std::vector<std::string> rows;
    for (const auto& owner : owners) {
        rows.push_back(rows::row(std::vector<std::string>{std::string(owner_word), owner.path, owner.package}));
    }
    for (const auto& licence : licences) {
        rows.push_back(rows::row(std::vector<std::string>{std::string(licence_word), licence.package, licence.name}));
    }
    return rows::table(owners_kind, owners_version, std::move(rows), largest_owners);
}

std::string packed_owners_path(const PinnedFile& owners) { return "owners/" + owners.packed_sha256.hex() + ".zst"; }

} // namespace qpkg
