// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outside/tuf_client/directory_trust_store.hpp"

#include "outside/tuf_client/lenient/reader.hpp"
#include "outside/tuf_client/percent.hpp"

#include "qpkg/core/files.hpp"

namespace qpkg::tuf_client {

std::filesystem::path DirectoryTrustStore::file_of(const std::string& role) const
{
    return directory_ / (percent_encoded(role) + ".json");
}

std::optional<TrustedRole> DirectoryTrustStore::trusted(const RepoName&, const std::string& role) const
{
    auto bytes = files::read_if_exists(file_of(role), trust::lenient_profile().largest_targets);
    if (!bytes) {
        return std::nullopt;
    }
    // The version stands in the bytes, and whoever uses them reads it there after verifying them.
    return TrustedRole{.role = role, .version = 0, .bytes = *std::move(bytes)};
}

void DirectoryTrustStore::accept(const RepoName&, const TrustedRole& metadata)
{
    files::make_directories(directory_);
    files::write(file_of(metadata.role), metadata.bytes);
}

void DirectoryTrustStore::forget(const RepoName&, const std::string&) {}

} // namespace qpkg::tuf_client
