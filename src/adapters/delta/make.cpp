// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/delta/make.hpp"

#include "adapters/delta/superblock.hpp"
#include "adapters/ostree/served/handle.hpp"
#include "adapters/ostree/served/names.hpp"
#include "adapters/ostree/stored_tree.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/removal.hpp"
#include "qpkg/core/text.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace qpkg::delta {
namespace {

namespace fs = std::filesystem;
using ostree::ObjectDirectory;
using ostree::ObjectName;
using ostree::ObjectType;

/// Megabytes of an old and a new file together that are still compared byte by byte; libostree's own limit of 128
/// leaves out the one library that is most of an office suite. Comparing takes about 17 times the old file in memory.
constexpr std::uint32_t largest_comparison = 512;
constexpr std::size_t largest_superblock = 64 * 1024 * 1024;

void generate(OstreeRepo* repository, const CommitId& from, const CommitId& to)
{
    GVariantDict options;
    g_variant_dict_init(&options, nullptr);
    g_variant_dict_insert(&options, "max-bsdiff-size", "u", largest_comparison);
    g_variant_dict_insert(&options, "min-fallback-size", "u", 0U); // no object is left out: one download is everything
    g_variant_dict_insert(&options, "endianness", "u", static_cast<guint32>(G_LITTLE_ENDIAN));
    const std::unique_ptr<GVariant, decltype(&g_variant_unref)> parameters(
        g_variant_ref_sink(g_variant_dict_end(&options)), g_variant_unref);
    glib::checked("make the delta from " + from.hex(), [&](GError** error) {
        return ostree_repo_static_delta_generate(repository, OSTREE_STATIC_DELTA_GENERATE_OPT_MAJOR, from.hex().c_str(),
                                                 to.hex().c_str(), nullptr, parameters.get(), nullptr, error);
    });
}

std::uint64_t content_size(const ObjectDirectory& objects, const Digest& id)
{
    const auto fd = objects.open(id, ObjectType::filez);
    std::array<std::uint8_t, ostree::header_prefix> prefix{};
    if (::pread(fd.get(), prefix.data(), prefix.size(), 0) != static_cast<ssize_t>(prefix.size())) {
        throw Error(Code::corrupt, "file " + id.hex() + ": cut off in its header");
    }
    std::vector<std::uint8_t> bytes(ostree::header_length(prefix));
    if (::pread(fd.get(), bytes.data(), bytes.size(), prefix.size()) != static_cast<ssize_t>(bytes.size())) {
        throw Error(Code::corrupt, "file " + id.hex() + ": cut off in its header");
    }
    const auto header = ostree::parse_archive_header(bytes);
    return S_ISLNK(header.file.mode) ? header.file.target.size() : header.size;
}

/// Fills in what fetching the objects one by one would take.
void measure_objects(const ObjectDirectory& objects, const CommitId& to, DeltaSummary& summary)
{
    const auto before = reachable_from(objects, read_commit(objects, summary.from));
    const auto after = reachable_from(objects, read_commit(objects, to));
    const auto add = [&](const ObjectName& name) {
        summary.objects_size += fs::file_size(objects.path(name.id, name.type));
    };
    add({to.digest(), ObjectType::commit});
    for (const auto& name : after.metadata) {
        if (!before.metadata.contains(name)) {
            add(name);
        }
    }
    const std::unordered_set<Digest> known(before.contents.begin(), before.contents.end());
    for (const auto& id : after.contents) {
        if (!known.contains(id)) {
            add({id, ObjectType::filez});
            summary.content_size += content_size(objects, id);
        }
    }
}

DeltaSummary summarise(const ObjectDirectory& objects, const CommitId& from, const CommitId& to)
{
    const auto directory = objects.repository() / directory_of(from, to);
    const auto made = files::read(directory / "superblock", largest_superblock);
    const auto superblock = with_time(made, static_cast<std::int64_t>(read_commit(objects, to).timestamp));
    files::write(directory / "superblock", superblock);
    DeltaSummary summary{from, sha256(superblock), superblock.size(), 0, 0};
    for (const auto& part : parse_superblock(superblock, from, to)) {
        summary.size += part.size;
    }
    measure_objects(objects, to, summary);
    return summary;
}

} // namespace

std::vector<DeltaSummary> make(const fs::path& archive, std::span<const CommitId> from, const CommitId& to,
                               const CommitSigner& signer, Progress& progress)
{
    const ObjectDirectory objects(archive);
    const auto repository = ostree::open_repository(archive);
    std::vector<DeltaSummary> useful;
    progress.begin("delta", to.hex(), from.size());
    for (const auto& start : from) {
        interrupt::throw_if_requested();
        generate(repository.get(), start, to);
        const auto summary = summarise(objects, start, to);
        if (summary.size < summary.objects_size) {
            useful.push_back(summary);
        } else {
            files::remove_tree(archive / directory_of(start, to));
        }
        progress.advance(1);
    }
    files::sync_filesystem(archive);
    fault_point("deltas.made");
    ostree::write_summary(archive, &signer);
    progress.end(std::to_string(useful.size()));
    std::ranges::sort(useful);
    return useful;
}

} // namespace qpkg::delta
