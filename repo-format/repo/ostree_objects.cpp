// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/ostree_objects.hpp"

#include "repo-format/repo/gvariant.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <set>

namespace qpkg::ostree {
namespace {

using gvariant::ArrayWriter;
using gvariant::Bytes;
using gvariant::TupleReader;
using gvariant::TupleWriter;

constexpr std::string_view signature_key = "ostree.sign.ed25519";
constexpr std::size_t signature_size = 64;
constexpr std::size_t max_metadata = 64;
constexpr std::size_t max_xattrs = 64;

void require_size(Bytes bytes, std::size_t limit)
{
    if (bytes.size() > limit) {
        throw Error(Code::no_space, std::to_string(bytes.size()) + " bytes, " + std::to_string(limit) + " are allowed");
    }
}

/// There is one normal form of each value, and the encoder writes it.
template <class Value>
Value require_normal(Value value, Bytes bytes)
{
    if (encode(value) != as_text(bytes)) {
        throw Error(Code::corrupt, "not in GVariant normal form");
    }
    return value;
}

Digest digest(Bytes bytes)
{
    const auto value = Digest::from_bytes(bytes);
    if (!value) {
        throw Error(Code::corrupt, "checksum of " + std::to_string(bytes.size()) + " bytes, expected 32");
    }
    return *value;
}

struct Variant {
    std::string_view type;
    Bytes value;
};

/// "v": the value, a zero, the type string.
Variant split_variant(Bytes bytes)
{
    const auto text = as_text(bytes);
    const auto zero = text.rfind('\0');
    if (zero == std::string_view::npos) {
        throw Error(Code::corrupt, "malformed GVariant: value without a type");
    }
    return {text.substr(zero + 1), bytes.first(zero)};
}

std::string joined_variant(std::string value, std::string_view type)
{
    value += '\0';
    value += type;
    return value;
}

std::string encode_entry(std::string_view key, std::string_view variant)
{
    TupleWriter entry;
    entry.string(key);
    entry.last(variant, 8);
    return entry.finish();
}

MetadataValue metadata_value(const std::string& key, Bytes bytes)
{
    const auto [type, value] = split_variant(bytes);
    if (type == "s") {
        return gvariant::string(value);
    }
    if (type == "as") {
        std::vector<std::string> list;
        for (const auto element : gvariant::elements(value, 1, max_metadata)) {
            list.push_back(gvariant::string(element));
        }
        return list;
    }
    throw Error(Code::corrupt, "metadata \"" + text::escaped(key, 60) + "\" has type \"" + text::escaped(type, 20) +
                                   "\", expected text or a list of texts");
}

std::string encode_value(const MetadataValue& value)
{
    if (const auto* text = std::get_if<std::string>(&value)) {
        return joined_variant(*text + '\0', "s");
    }
    ArrayWriter list(1);
    for (const auto& text : std::get<std::vector<std::string>>(value)) {
        list.element(text + '\0');
    }
    return joined_variant(list.finish(), "as");
}

std::vector<std::pair<std::string, MetadataValue>> parse_metadata(Bytes bytes)
{
    std::vector<std::pair<std::string, MetadataValue>> metadata;
    std::set<std::string> seen;
    for (const auto element : gvariant::elements(bytes, 8, max_metadata)) {
        TupleReader entry(element, 2, true);
        auto key = entry.string();
        if (key.empty()) {
            throw Error(Code::corrupt, "metadata with an empty key");
        }
        if (!seen.insert(key).second) {
            throw Error(Code::corrupt, "metadata \"" + text::escaped(key, 60) + "\" is there twice");
        }
        auto value = metadata_value(key, entry.last(8));
        metadata.emplace_back(std::move(key), std::move(value));
    }
    return metadata;
}

std::string encode_metadata(const Commit& commit)
{
    ArrayWriter entries(8);
    for (const auto& [key, value] : commit.metadata) {
        entries.element(encode_entry(key, encode_value(value)));
    }
    return entries.finish();
}

Xattrs parse_xattrs(Bytes bytes)
{
    Xattrs xattrs;
    for (const auto element : gvariant::elements(bytes, 1, max_xattrs)) {
        TupleReader pair(element, 2, true);
        const auto name = pair.byte_array();
        const auto value = pair.last(1);
        xattrs.emplace_back(as_text(name), as_text(value));
    }
    return xattrs;
}

std::string encode_xattrs(const Xattrs& xattrs)
{
    ArrayWriter array(1);
    for (const auto& [name, value] : xattrs) {
        TupleWriter pair;
        pair.variable(name, 1);
        pair.last(value, 1);
        array.element(pair.finish());
    }
    return array.finish();
}

FileHeader read_file_header(TupleReader& tuple)
{
    FileHeader header{};
    header.uid = tuple.big_endian_32();
    header.gid = tuple.big_endian_32();
    header.mode = tuple.big_endian_32();
    header.rdev = tuple.big_endian_32();
    header.target = tuple.string();
    header.xattrs = parse_xattrs(tuple.last(1));
    return header;
}

void write_file_header(TupleWriter& tuple, const FileHeader& header)
{
    tuple.big_endian_32(header.uid);
    tuple.big_endian_32(header.gid);
    tuple.big_endian_32(header.mode);
    tuple.big_endian_32(header.rdev);
    tuple.string(header.target);
    tuple.last(encode_xattrs(header.xattrs), 1);
}

} // namespace

Commit parse_commit(std::span<const std::uint8_t> bytes)
{
    require_size(bytes, max_commit);
    TupleReader tuple(bytes, 7, true);
    auto metadata = parse_metadata(tuple.variable(8));
    const auto parent = tuple.byte_array();
    if (!tuple.variable(1).empty()) {
        throw Error(Code::corrupt, "commit with related objects");
    }
    auto subject = tuple.string();
    auto body = tuple.string();
    const auto timestamp = tuple.big_endian_64();
    const auto tree = digest(tuple.byte_array());
    const auto meta = digest(tuple.last(1));
    return require_normal(Commit{.metadata = std::move(metadata),
                                 .parent = parent.empty() ? std::nullopt : std::optional(digest(parent)),
                                 .subject = std::move(subject),
                                 .body = std::move(body),
                                 .timestamp = timestamp,
                                 .tree = tree,
                                 .meta = meta},
                          bytes);
}

std::string encode(const Commit& commit)
{
    TupleWriter tuple;
    tuple.variable(encode_metadata(commit), 8);
    tuple.variable(commit.parent ? commit.parent->bytes_string() : std::string(), 1);
    tuple.variable({}, 1);
    tuple.string(commit.subject);
    tuple.string(commit.body);
    tuple.big_endian_64(commit.timestamp);
    tuple.variable(commit.tree.bytes_string(), 1);
    tuple.last(commit.meta.bytes_string(), 1);
    return tuple.finish();
}

DirTree parse_dirtree(std::span<const std::uint8_t> bytes)
{
    require_size(bytes, max_dirtree);
    TupleReader tuple(bytes, 2, true);
    DirTree tree;
    for (const auto element : gvariant::elements(tuple.variable(1), 1, max_entries)) {
        TupleReader entry(element, 2, true);
        auto name = entry.string();
        tree.files.push_back({std::move(name), digest(entry.last(1))});
    }
    for (const auto element : gvariant::elements(tuple.last(1), 1, max_entries)) {
        TupleReader entry(element, 3, true);
        auto name = entry.string();
        const auto subtree = digest(entry.byte_array());
        tree.directories.push_back({std::move(name), subtree, digest(entry.last(1))});
    }
    return require_normal(std::move(tree), bytes);
}

std::string encode(const DirTree& tree)
{
    ArrayWriter files(1);
    for (const auto& file : tree.files) {
        TupleWriter entry;
        entry.string(file.name);
        entry.last(file.content.bytes_string(), 1);
        files.element(entry.finish());
    }
    ArrayWriter directories(1);
    for (const auto& directory : tree.directories) {
        TupleWriter entry;
        entry.string(directory.name);
        entry.variable(directory.tree.bytes_string(), 1);
        entry.last(directory.meta.bytes_string(), 1);
        directories.element(entry.finish());
    }
    TupleWriter tuple;
    tuple.variable(files.finish(), 1);
    tuple.last(directories.finish(), 1);
    return tuple.finish();
}

DirMeta parse_dirmeta(std::span<const std::uint8_t> bytes)
{
    require_size(bytes, max_dirmeta);
    TupleReader tuple(bytes, 1, true);
    DirMeta meta{};
    meta.uid = tuple.big_endian_32();
    meta.gid = tuple.big_endian_32();
    meta.mode = tuple.big_endian_32();
    meta.xattrs = parse_xattrs(tuple.last(1));
    return require_normal(std::move(meta), bytes);
}

std::string encode(const DirMeta& meta)
{
    TupleWriter tuple;
    tuple.big_endian_32(meta.uid);
    tuple.big_endian_32(meta.gid);
    tuple.big_endian_32(meta.mode);
    tuple.last(encode_xattrs(meta.xattrs), 1);
    return tuple.finish();
}

FileHeader parse_file_header(std::span<const std::uint8_t> bytes)
{
    require_size(bytes, max_file_header);
    TupleReader tuple(bytes, 2, true);
    return require_normal(read_file_header(tuple), bytes);
}

std::string encode(const FileHeader& header)
{
    TupleWriter tuple;
    write_file_header(tuple, header);
    return tuple.finish();
}

ArchiveHeader parse_archive_header(std::span<const std::uint8_t> bytes)
{
    require_size(bytes, max_file_header);
    TupleReader tuple(bytes, 2, true);
    const auto size = tuple.big_endian_64();
    return require_normal(ArchiveHeader{size, read_file_header(tuple)}, bytes);
}

std::string encode(const ArchiveHeader& header)
{
    TupleWriter tuple;
    tuple.big_endian_64(header.size);
    write_file_header(tuple, header.file);
    return tuple.finish();
}

std::string with_length(std::string_view header)
{
    TupleWriter prefix;
    prefix.big_endian_32(static_cast<std::uint32_t>(header.size()));
    return prefix.finish() + std::string(4, '\0') + std::string(header);
}

std::size_t header_length(std::span<const std::uint8_t> prefix)
{
    TupleReader tuple(prefix, 0, false);
    const std::size_t length = tuple.big_endian_32();
    if (tuple.big_endian_32() != 0) {
        throw Error(Code::corrupt, "file header with bytes where zeros belong");
    }
    if (length > max_file_header) {
        throw Error(Code::no_space, "file header of " + std::to_string(length) + " bytes, " +
                                        std::to_string(max_file_header) + " are allowed");
    }
    return length;
}

std::string encode_signatures(std::span<const std::string> signatures)
{
    ArrayWriter list(1);
    for (const auto& signature : signatures) {
        list.element(signature);
    }
    ArrayWriter entries(8);
    entries.element(encode_entry(signature_key, joined_variant(list.finish(), "aay")));
    return entries.finish();
}

std::vector<std::string> parse_signatures(std::span<const std::uint8_t> bytes)
{
    require_size(bytes, max_commit);
    if (bytes.empty()) {
        return {};
    }
    const auto entries = gvariant::elements(bytes, 8, 1);
    if (entries.empty()) {
        throw Error(Code::corrupt,
                    "detached metadata of " + std::to_string(bytes.size()) + " bytes that holds nothing");
    }
    TupleReader entry(entries.front(), 2, true);
    const auto key = entry.string();
    const auto [type, value] = split_variant(entry.last(8));
    if (key != signature_key || type != "aay") {
        throw Error(Code::corrupt, "detached metadata \"" + text::escaped(key, 60) + "\", expected signatures");
    }
    std::vector<std::string> signatures;
    for (const auto element : gvariant::elements(value, 1, max_signatures)) {
        if (element.size() != signature_size) {
            throw Error(Code::corrupt, "signature of " + std::to_string(element.size()) + " bytes, expected 64");
        }
        signatures.emplace_back(as_text(element));
    }
    if (encode_signatures(signatures) != as_text(bytes)) {
        throw Error(Code::corrupt, "signatures not in GVariant normal form");
    }
    return signatures;
}

} // namespace qpkg::ostree
