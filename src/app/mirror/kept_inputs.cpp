// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/kept_inputs.hpp"

#include "app/publish/publish_module.hpp"
#include "app/publish/site.hpp"
#include "repo-format/repo/origin.hpp"
#include "repo-format/repo/rebuild.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

namespace qpkg::app {
namespace {

/// Bytes that came.
std::uint64_t copy_input(Fetcher& from, const std::filesystem::path& to, const Digest& input, std::uint64_t largest)
{
    interrupt::throw_if_requested();
    const auto path = input_path(input);
    if (std::filesystem::exists(to / path)) { // written whole, under its hash
        return 0;
    }
    const auto bytes = from.get(path, largest);
    if (!bytes) {
        throw Error(Code::not_found, path + " is not there, though its lock file or origin names it");
    }
    if (sha256(*bytes) != input) {
        throw Error(Code::corrupt, path + ": the bytes are not what its name says");
    }
    write_site_file(to, path, *bytes, "mirror.kept-input");
    return bytes->size();
}

} // namespace

CopiedInputs copy_kept_inputs(Fetcher& from, const std::filesystem::path& to, const Digest& lock)
{
    CopiedInputs copied;
    const auto origin = from.look_for(origin_path(lock), largest_origin);
    if (!origin) {
        return copied;
    }
    for (const auto& list : parse_origin(*origin)) {
        copied.bytes += copy_input(from, to, list.file.packed_sha256, largest_signed_list);
    }
    const auto bytes = from.get(input_path(lock), largest_input);
    for (const auto& package : packages_in_lock(bytes.value_or(""))) {
        copied.bytes += copy_input(from, to, package, largest_kept_input);
    }
    const bool is_new = files::read_if_exists(to / origin_path(lock), largest_origin) != origin;
    if (is_new) {
        write_site_file(to, origin_path(lock), *origin, "mirror.origin");
    }
    copied.changed = is_new || copied.bytes > 0;
    return copied;
}

} // namespace qpkg::app
