// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/delta/superblock.hpp"

#include "qpkg/core/error.hpp"

#include <glib.h>
#include <ostree.h>

#include <array>
#include <cstring>
#include <memory>
#include <span>

namespace qpkg::delta {
namespace {

struct Unref {
    void operator()(GVariant* variant) const noexcept { g_variant_unref(variant); }
};
using Variant = std::unique_ptr<GVariant, Unref>;

constexpr const char* format = "(a{sv}tayay(a{sv}aya(say)sstayay)aya(uayttay)a(yaytt))";
enum Member : gsize { time_member = 1, from_member = 2, to_member = 3, parts_member = 6, fallback_member = 7 };
constexpr gsize members = 8;
constexpr std::size_t most_parts = 100'000;

Variant read(std::string_view bytes)
{
    const std::unique_ptr<GBytes, decltype(&g_bytes_unref)> copy(g_bytes_new(bytes.data(), bytes.size()),
                                                                 g_bytes_unref);
    Variant superblock(g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(format), copy.get(), FALSE)));
    if (!g_variant_is_normal_form(superblock.get())) {
        throw Error(Code::corrupt, "not the superblock of a static delta");
    }
    return superblock;
}

Variant child(const Variant& parent, gsize index) { return Variant(g_variant_get_child_value(parent.get(), index)); }

std::optional<Digest> digest_in(const Variant& bytes)
{
    gsize size = 0;
    const auto* data = static_cast<const std::uint8_t*>(g_variant_get_fixed_array(bytes.get(), &size, 1));
    return Digest::from_bytes(std::span(data, size));
}

std::string base64(const CommitId& commit)
{
    std::array<char, 44> text{};
    ostree_checksum_b64_inplace_from_bytes(commit.digest().bytes().data(), text.data());
    return text.data();
}

} // namespace

std::string directory_of(const CommitId& from, const CommitId& to)
{
    const auto start = base64(from);
    return "deltas/" + start.substr(0, 2) + '/' + start.substr(2) + '-' + base64(to);
}

std::vector<Part> parse_superblock(std::string_view bytes, const CommitId& from, const CommitId& to)
{
    const auto superblock = read(bytes);
    if (digest_in(child(superblock, from_member)) != from.digest() ||
        digest_in(child(superblock, to_member)) != to.digest()) {
        throw Error(Code::corrupt, "the static delta is between other commits");
    }
    if (g_variant_n_children(child(superblock, fallback_member).get()) != 0) {
        throw Error(Code::corrupt, "the static delta is not complete");
    }
    const auto headers = child(superblock, parts_member);
    const auto count = g_variant_n_children(headers.get());
    if (count > most_parts) {
        throw Error(Code::no_space, "a static delta of " + std::to_string(count) + " parts");
    }
    std::vector<Part> parts;
    for (gsize i = 0; i < count; ++i) {
        const auto header = child(headers, i);
        const auto checksum = digest_in(child(header, 1));
        if (!checksum) {
            throw Error(Code::corrupt, "part " + std::to_string(i) + " of the static delta has no checksum");
        }
        parts.push_back({*checksum, GUINT64_FROM_LE(g_variant_get_uint64(child(header, 2).get()))});
    }
    return parts;
}

std::string with_time(std::string_view bytes, std::int64_t unix_seconds)
{
    const auto superblock = read(bytes);
    std::array<GVariant*, members> parts{};
    std::vector<Variant> owned;
    for (gsize i = 0; i < members; ++i) {
        owned.push_back(i == time_member ? Variant(g_variant_ref_sink(g_variant_new_uint64(
                                               GUINT64_TO_BE(static_cast<std::uint64_t>(unix_seconds)))))
                                         : child(superblock, i));
        parts[i] = owned.back().get();
    }
    const Variant changed(g_variant_ref_sink(g_variant_new_tuple(parts.data(), parts.size())));
    return {static_cast<const char*>(g_variant_get_data(changed.get())), g_variant_get_size(changed.get())};
}

} // namespace qpkg::delta
