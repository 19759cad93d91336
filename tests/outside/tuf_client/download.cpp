// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outside/tuf_client/download.hpp"

#include "outside/tuf_client/percent.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg::tuf_client {
namespace {

/// Where the repository serves it: "<dir>/<HASH>.<name>" with consistent snapshots.
std::string served_as(const std::string& name, const Digest& sha256, bool consistent)
{
    // What may stand in the path of a URL as it is, RFC 3986 section 3.3.
    constexpr std::string_view path_characters = "/!$&'()*+,;=:@%";
    const auto file = name.rfind('/') + 1; // 0 when there is no slash
    const auto prefix = consistent ? sha256.hex() + "." : "";
    return percent_encoded(name.substr(0, file) + prefix + name.substr(file), path_characters);
}

bool is_target(const std::string& bytes, const tuf::Target& target)
{
    return bytes.size() == target.length && sha256(bytes) == target.sha256;
}

} // namespace

void download(trust::Updater& updater, Fetcher& metadata, Fetcher& targets, const std::string& target_name,
              const std::filesystem::path& directory)
{
    with_context("target " + text::escaped(target_name), [&] {
        trust::RefreshReport report;
        const auto found = updater.find(target_name, metadata, report);
        if (!found) {
            throw Error(Code::not_found, "no role lists it");
        }
        const auto& target = found->target;
        const auto file = directory / percent_encoded(target_name);
        if (std::filesystem::exists(file) && std::filesystem::file_size(file) == target.length &&
            is_target(files::read(file, target.length), target)) {
            return;
        }
        const auto consistent = updater.require_root()->consistent_snapshot;
        const auto bytes = targets.get(served_as(target_name, target.sha256, consistent), target.length);
        if (!bytes) {
            throw Error(Code::failed, "not there, though " + text::escaped(found->role, 80) + " lists it");
        }
        if (!is_target(*bytes, target)) {
            throw Error(Code::corrupt, "the bytes are not those that " + text::escaped(found->role, 80) + " lists");
        }
        files::make_directories(directory);
        files::write(file, *bytes);
    });
}

} // namespace qpkg::tuf_client
