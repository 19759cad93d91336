// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/manifest.hpp"

#include "repo-format/guest/erofs_superblock.hpp"
#include "repo-format/guest/exports.hpp"
#include "repo-format/repo/fields.hpp"
#include "repo-format/repo/first_start_fields.hpp"
#include "repo-format/repo/input_fields.hpp"
#include "repo-format/repo/limit_fields.hpp"
#include "repo-format/repo/menu_entry.hpp"
#include "repo-format/repo/point_fields.hpp"
#include "repo-format/repo/view_fields.hpp"

#include "qpkg/core/text.hpp"
#include "qpkg/model/names.hpp"

#include <algorithm>

namespace qpkg {
namespace {

using canonical::Array;
using canonical::Fields;
using canonical::Object;
using canonical::Value;

constexpr std::uint64_t manifest_schema = 2;

std::string short_text(Fields& fields, std::string_view name)
{
    auto value = fields.text(name);
    if (value.size() > longest_text) {
        fields.fail(name, "longer than " + std::to_string(longest_text) + " characters");
    }
    return value;
}

TreeSummary parse_tree(Fields fields)
{
    return {.commit = CommitId(fields.digest("commit")),
            .ref = short_text(fields, "ref"),
            .objects = fields.number("objects"),
            .size = fields.number("size"),
            .archive_size = fields.number("archive_size")};
}

/// A volume is made here, of its commit: by another format it would get another name.
VolumeSummary parse_volume(Fields fields)
{
    auto format = short_text(fields, "format");
    if (format == "erofs-1") {
        throw Error(Code::unsupported, "volume.format erofs-1 is that of qpkg 0.1; build it again");
    }
    if (format != volume_format) {
        throw Error(Code::unsupported, "volume.format " + text::escaped(format) + " is not known, this qpkg makes " +
                                           std::string(volume_format));
    }
    return {.root = VolumeId(fields.digest("root")), .size = fields.number("size"), .format = std::move(format)};
}

Rank parse_rank(Fields& fields)
{
    const auto rank = fields.text("rank");
    if (rank != "first" && rank != "second") {
        fields.fail("rank", "expected first or second");
    }
    return rank == "first" ? Rank::first : Rank::second;
}

/// Absent says no, so that there is one spelling.
bool mark(Fields& fields, std::string_view name)
{
    const bool is_there = fields.has(name);
    if (is_there && !fields.flag(name)) {
        fields.fail(name, "expected true, or nothing");
    }
    return is_there;
}

Export parse_export(Fields fields, const AppId& app)
{
    const auto word = fields.text("kind");
    const auto kind = kind_named(word);
    if (!kind) {
        fields.fail("kind", "unknown kind of export \"" + text::escaped(word, 40) + "\"");
    }
    Export made{.kind = *kind, .name = fields.text("name"), .path = fields.text("path"), .rank = parse_rank(fields)};
    if (made.kind == ExportKind::desktop && fields.has("menu")) {
        made.menu = parse_menu_entry(fields.object("menu"));
    }
    made.listed = mark(fields, "listed");
    made.starts = mark(fields, "starts");
    if (const auto complaint = complaint_about(app, made)) {
        const auto& value = complaint->member == "name" ? made.name : made.path;
        fields.fail(complaint->member, '"' + text::escaped(value, 80) + "\": " + complaint->what);
    }
    if (made.starts && made.kind != ExportKind::service) {
        fields.fail("starts", "only a service starts");
    }
    return made;
}

std::vector<Export> parse_exports(Array array, const AppId& app)
{
    std::vector<Export> exports;
    for (auto& element : array) {
        exports.push_back(parse_export({std::move(element), "exports[" + std::to_string(exports.size()) + "]"}, app));
    }
    return exports;
}

Needs parse_needs(Fields fields)
{
    Needs needs{.network = fields.flag("network"),
                .audio = fields.flag("audio"),
                .camera = fields.flag("camera"),
                .usb = fields.flag("usb"),
                .gpu = fields.flag("gpu"),
                .persist = {}};
    for (const auto& element : fields.array("persist")) {
        const auto* path = element.get_if<std::string>();
        if (path == nullptr || path->empty() || path->size() > longest_text) {
            fields.fail("persist", "expected paths");
        }
        needs.persist.push_back(*path);
    }
    return needs;
}

PinnedFile parse_pinned(Fields fields)
{
    return {.sha256 = fields.digest("sha256"),
            .size = fields.number("size"),
            .packed_sha256 = fields.digest("packed_sha256"),
            .packed_size = fields.number("packed_size")};
}

/// A row: commit, superblock, size, objects_size, content_size.
DeltaSummary parse_delta(const Value& row, const std::string& where)
{
    const auto fail = [&] {
        return Error(Code::corrupt, where + ": expected [from, superblock, size, objects_size, content_size]");
    };
    const auto* columns = row.get_if<Array>();
    if (columns == nullptr || columns->size() != 5) {
        throw fail();
    }
    const auto digest = [&](std::size_t i) {
        const auto* text = (*columns)[i].get_if<std::string>();
        const auto parsed = text == nullptr ? std::nullopt : Digest::from_hex(*text);
        return parsed ? *parsed : throw fail();
    };
    const auto number = [&](std::size_t i) {
        const auto* value = (*columns)[i].get_if<std::uint64_t>();
        return value != nullptr ? *value : throw fail();
    };
    return {CommitId(digest(0)), digest(1), number(2), number(3), number(4)};
}

std::vector<DeltaSummary> parse_deltas(Fields& fields)
{
    std::vector<DeltaSummary> deltas;
    if (!fields.has("deltas")) {
        return deltas;
    }
    for (const auto& row : fields.array("deltas")) {
        const auto where = "deltas[" + std::to_string(deltas.size()) + "]";
        const auto delta = parse_delta(row, where);
        if (!deltas.empty() && deltas.back().from >= delta.from) {
            throw Error(Code::corrupt, where + ": the deltas are not in ascending order");
        }
        deltas.push_back(delta);
    }
    return deltas;
}

void check_type(Fields& fields)
{
    const auto type = fields.text("_type");
    if (type != "qpkg-release") {
        fields.fail("_type", "is \"" + text::escaped(type, 40) + "\", expected qpkg-release");
    }
    const auto schema = fields.number("schema");
    if (schema == 1) {
        throw Error(Code::unsupported, "made by qpkg 0.1; build it again");
    }
    if (schema != manifest_schema) {
        throw Error(Code::unsupported, "schema " + std::to_string(schema) + " is not known, this qpkg reads " +
                                           std::to_string(manifest_schema));
    }
}

/// Whatever the channel of the release: see served_ref.
constexpr std::string_view bound_channel = "stable";

void check_ref(const Release& release)
{
    const auto expected = (is_base(release) ? "base/" : "app/") + release.app.text() + "/" + release.arch.text() + '/' +
                          std::string(bound_channel);
    if (release.tree.ref != expected) {
        throw Error(Code::corrupt, "ostree.ref: is \"" + text::escaped(release.tree.ref) + "\", expected " + expected);
    }
}

Object encode_export(const AppId& app, const Export& made)
{
    require_possible(app, made);
    Object member{{"kind", std::string(word_of(made.kind))},
                  {"name", made.name},
                  {"path", made.path},
                  {"rank", made.rank == Rank::first ? "first" : "second"}};
    if (made.menu) {
        member.emplace("menu", encode_menu_entry(*made.menu));
    }
    if (made.listed) {
        member.emplace("listed", true);
    }
    if (made.starts) {
        member.emplace("starts", true);
    }
    return member;
}

Array export_rows(const AppId& app, const std::vector<Export>& exports)
{
    Array array;
    for (const auto& made : exports) {
        array.emplace_back(encode_export(app, made));
    }
    return array;
}

Object encode_needs(const Needs& needs)
{
    Array persist(needs.persist.begin(), needs.persist.end());
    return {{"network", needs.network}, {"audio", needs.audio}, {"camera", needs.camera},
            {"usb", needs.usb},         {"gpu", needs.gpu},     {"persist", std::move(persist)}};
}

Object encode_pinned(const PinnedFile& file)
{
    return {{"sha256", file.sha256.hex()},
            {"size", file.size},
            {"packed_sha256", file.packed_sha256.hex()},
            {"packed_size", file.packed_size}};
}

Array encode_deltas(std::vector<DeltaSummary> deltas)
{
    std::ranges::sort(deltas);
    Array rows;
    for (const auto& delta : deltas) {
        rows.emplace_back(
            Array{delta.from.hex(), delta.superblock.hex(), delta.size, delta.objects_size, delta.content_size});
    }
    return rows;
}

} // namespace

Release parse_manifest(std::string_view bytes)
{
    Fields fields(canonical::parse(bytes, largest_manifest), "");
    check_type(fields);
    const auto app = fields.id<AppId>("app");
    const auto ground = parse_ground(fields);
    Release release{.app = app,
                    .version = short_text(fields, "version"),
                    .sequence = fields.number("sequence"),
                    .channel = fields.id<Channel>("channel"),
                    .arch = fields.id<Arch>("arch"),
                    .base = ground.base,
                    .base_level = ground.level,
                    .summary = short_text(fields, "summary"),
                    .tree = parse_tree(fields.object("ostree")),
                    .volume = parse_volume(fields.object("volume")),
                    .exports = parse_exports(fields.array("exports"), app),
                    .needs = parse_needs(fields.object("needs")),
                    .inputs = parse_inputs(fields.object("inputs")),
                    .details = parse_pinned(fields.object("details")),
                    .owners = parse_pinned(fields.object("owners")),
                    .deltas = parse_deltas(fields),
                    .limits = parse_limits(fields, app),
                    .first_start = parse_first_start(fields)};
    parse_point_fields(fields, release);
    check_whole(fields, release);
    check_ref(release);
    return release;
}

std::string encode_manifest(const Release& release)
{
    Object manifest{
        {"_type", "qpkg-release"},
        {"schema", manifest_schema},
        {"app", release.app.text()},
        {"version", release.version},
        {"sequence", release.sequence},
        {"channel", release.channel.text()},
        {"arch", release.arch.text()},
        {"summary", release.summary},
        {"ostree", Object{{"commit", release.tree.commit.hex()},
                          {"ref", release.tree.ref},
                          {"objects", release.tree.objects},
                          {"size", release.tree.size},
                          {"archive_size", release.tree.archive_size}}},
        {"volume",
         Object{{"root", release.volume.root.hex()}, {"size", release.volume.size}, {"format", release.volume.format}}},
        {"exports", export_rows(release.app, release.exports)},
        {"needs", encode_needs(release.needs)},
        {"inputs", encode_inputs(release.inputs)},
        {"details", encode_pinned(release.details)},
        {"owners", encode_pinned(release.owners)},
    };
    encode_ground(release, manifest);
    encode_point_fields(release, manifest);
    if (!release.deltas.empty()) {
        manifest.emplace("deltas", encode_deltas(release.deltas));
    }
    if (!release.limits.empty()) {
        manifest.emplace("limits", encode_limits(release.limits));
    }
    if (!release.first_start.is_nothing()) {
        manifest.emplace("first_start", encode_first_start(release.first_start));
    }
    auto bytes =
        with_context("write the manifest of " + release.app.text(), [&] { return canonical::encode(manifest); });
    if (bytes.size() > largest_manifest) {
        throw Error(Code::no_space, "write the manifest of " + release.app.text() + ": " +
                                        std::to_string(bytes.size()) + " bytes for " +
                                        std::to_string(release.exports.size()) + " exports, allowed are " +
                                        std::to_string(largest_manifest));
    }
    return bytes;
}

Digest core_of(const Release& release)
{
    const auto whole = canonical::parse(encode_manifest(release), largest_manifest);
    auto core = *whole.get_if<Object>();
    const auto without = [&](const char* part, std::initializer_list<const char*> names) {
        auto members = *core.at(part).get_if<Object>();
        for (const auto* name : names) {
            members.erase(name);
        }
        core.insert_or_assign(part, std::move(members));
    };
    for (const auto* name : {"channel", "sequence", "deltas"}) {
        core.erase(name);
    }
    without("ostree", {"ref", "archive_size"});
    without("details", {"packed_sha256", "packed_size"});
    without("owners", {"packed_sha256", "packed_size"});
    return sha256(canonical::encode(core));
}

std::string served_ref(const Release& release)
{
    return release.tree.ref.substr(0, release.tree.ref.rfind('/') + 1) + release.channel.text();
}

std::size_t size_in_manifest(const AppId& app, const Export& made)
{
    return canonical::encode(encode_export(app, made)).size() + 1; // the comma behind it
}

std::string target_path(const AppId& app, const Arch& arch, const Channel& channel, std::uint64_t sequence)
{
    return namespace_of(app) + "/" + short_name(app) + "/" + arch.text() + "/" + channel.text() + "-" +
           std::to_string(sequence) + ".json";
}

std::string target_file(std::string_view target_path, const Digest& sha256)
{
    const auto name = target_path.rfind('/') + 1;
    return "targets/" + std::string(target_path.substr(0, name)) + sha256.hex() + "." +
           std::string(target_path.substr(name));
}

} // namespace qpkg
