// SPDX-License-Identifier: LGPL-2.1-or-later
#include "engine/details.hpp"

#include "repo-format/repo/details.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

namespace qpkg::engine {
namespace {

/// Before a byte is asked for, or room made for what comes out of it.
void require_small(const PinnedFile& details)
{
    if (const auto size = std::max(details.size, details.packed_size); size > largest_details) {
        throw Error(Code::no_space, std::to_string(size) + " bytes, allowed are " + std::to_string(largest_details));
    }
}

std::string get(Fetcher& from, const std::string& path, std::uint64_t size)
{
    auto bytes = from.get(path, size);
    if (!bytes) {
        throw Error(Code::not_found, path + " is not there, though the manifest names it");
    }
    return *std::move(bytes);
}

void require_same(std::string_view bytes, std::uint64_t size, const Digest& sha256_named)
{
    if (bytes.size() != size || sha256(bytes) != sha256_named) {
        throw Error(Code::corrupt, "the bytes are not those that the manifest names");
    }
}

} // namespace

std::string unpack_pinned(const PinnedFile& file, std::string_view packed, const Unpack& unpack)
{
    require_same(packed, file.packed_size, file.packed_sha256);
    if (!unpack) {
        throw Error(Code::unsupported, "it is compressed, and this qpkg inflates nothing",
                    "bring it in a bundle: qpkg bundle create");
    }
    auto raw = unpack(packed, file.size);
    require_same(raw, file.size, file.sha256);
    return raw;
}

std::string fetch_details(const Release& release, Fetcher& from, const Unpack& unpack)
{
    const auto& details = release.details;
    return with_context("details of " + release.app.text() + ' ' + release.version, [&] {
        require_small(details);
        std::string raw;
        if (from.content_form() == ContentForm::raw) {
            raw = get(from, raw_details_path(details), details.size);
            require_same(raw, details.size, details.sha256);
        } else {
            const auto packed = get(from, packed_details_path(details), details.packed_size);
            raw = unpack_pinned(details, packed, unpack);
        }
        parse_details(raw);
        return raw;
    });
}

} // namespace qpkg::engine
