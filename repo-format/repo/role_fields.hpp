// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/fields.hpp"
#include "repo-format/repo/roles.hpp"

/// Parts that several roles share. Only for the codecs of the roles.
namespace qpkg::tuf {

/// The fields of a signed part after its `_type` and `spec_version` were checked.
canonical::Fields open_role(std::string_view payload, std::size_t cap, std::string_view type);

/// Takes version and expiry.
Header take_header(canonical::Fields& fields);
/// Moves what nobody took into the header.
void keep_rest(Header& header, canonical::Fields fields);
canonical::Object encode_header(const Header& header, std::string_view type);

std::int64_t take_time(canonical::Fields& fields, std::string_view name);

/// One key; its id must be the hash of its members.
Key take_key(const std::string& listed_id, canonical::Fields fields);
Keys take_keys(canonical::Fields fields);
canonical::Object encode_keys(const Keys& keys);

/// Takes `keyids` and `threshold`; every id must be in `keys`.
RoleKeys take_role_keys(canonical::Fields& fields, const Keys& keys);
canonical::Object encode_role_keys(const RoleKeys& role);

FileInfo take_file_info(canonical::Fields fields);
canonical::Object encode_file_info(const FileInfo& info);

/// Takes the `hashes` member: sha256.
Digest take_hashes(canonical::Fields& fields);

} // namespace qpkg::tuf
