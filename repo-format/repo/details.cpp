// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/details.hpp"

#include "repo-format/repo/canonical_json.hpp"
#include "repo-format/repo/rows.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <span>

namespace qpkg {
namespace {

constexpr std::string_view details_kind = "qpkg-details";
constexpr std::uint64_t details_version = 1;
constexpr std::size_t relation_width = 3; ///< fields: name, bound, version
constexpr const char* group_word = "group";
constexpr const char* user_word = "user";

using Row = std::span<const std::string>;

std::string word_of_bound(Bound bound)
{
    const auto* const found = std::ranges::find(bound_words, bound, &std::pair<Bound, std::string_view>::first);
    return std::string(found->second);
}

Relation parse_relation(Row fields)
{
    const auto* const found = std::ranges::find(bound_words, fields[1], &std::pair<Bound, std::string_view>::second);
    if (found == bound_words.end()) {
        throw Error(Code::corrupt, "\"" + text::escaped(fields[1], 20) + "\" is no bound of versions");
    }
    Relation relation{fields[0], found->first, fields[2]};
    if (relation.name.empty() || relation.version.empty() != (relation.bound == Bound::any)) {
        throw Error(Code::corrupt, "a relation without its name or version, or with one too many");
    }
    return relation;
}

void add_relation(std::vector<std::string>& fields, const Relation& relation)
{
    fields.insert(fields.end(), {relation.name, word_of_bound(relation.bound), relation.version});
}

std::optional<Digest> parse_object(const std::string& field)
{
    if (field.empty()) {
        return std::nullopt;
    }
    if (const auto digest = Digest::from_hex(field)) {
        return digest;
    }
    throw Error(Code::corrupt, "\"" + text::escaped(field, 80) + "\" is no object");
}

std::string hex_or_nothing(const std::optional<Digest>& digest) { return digest ? digest->hex() : ""; }

void require_width(Row fields, std::size_t width)
{
    if (fields.size() != width) {
        throw Error(Code::corrupt, "a row of kind " + text::escaped(fields[0], 20) + " with " +
                                       std::to_string(fields.size()) + " fields, expected " + std::to_string(width));
    }
}

/// The fields that must say something.
void require_words(Row fields)
{
    if (std::ranges::any_of(fields, &std::string::empty)) {
        throw Error(Code::corrupt, "an empty field");
    }
}

/// One that leads out of the tree would be looked up in a base, and shown to people.
void require_path(const std::string& path)
{
    const auto parts = text::split(path, '/');
    const bool is_absolute = parts.size() > 1 && parts.front().empty();
    if (!is_absolute || std::any_of(parts.begin() + 1, parts.end(), [](const std::string& part) {
            return part.empty() || part == "." || part == "..";
        })) {
        throw Error(Code::corrupt, "\"" + text::escaped(path, 80) + "\" is no absolute path");
    }
}

/// Decimal, without a zero in front.
std::uint64_t parse_number(const std::string& field, std::uint64_t largest)
{
    std::uint64_t number = 0;
    const auto* const end = field.data() + field.size();
    const auto [stop, error] = std::from_chars(field.data(), end, number);
    if (error != std::errc() || stop != end || number > largest || std::to_string(number) != field) {
        throw Error(Code::corrupt,
                    "\"" + text::escaped(field, 40) + "\" is no number up to " + std::to_string(largest));
    }
    return number;
}

void take_package(Details& details, Row fields)
{
    require_width(fields, 7);
    require_words(fields.first(4));
    require_words(fields.subspan(5));
    details.packages.push_back({fields[1], fields[2], fields[3], parse_object(fields[4]), fields[5], fields[6]});
}

void take_needs(Details& details, Row fields)
{
    if (fields.size() < 2 + relation_width || (fields.size() - 2) % relation_width != 0) {
        throw Error(Code::corrupt, "a row of kind needs with " + std::to_string(fields.size()) + " fields");
    }
    Details::BaseNeed need{fields[1], {}};
    for (auto rest = fields.subspan(2); !rest.empty(); rest = rest.subspan(relation_width)) {
        need.alternatives.push_back(parse_relation(rest));
    }
    require_words(fields.first(2));
    details.needs.push_back(std::move(need));
}

void take_breaks(Details& details, Row fields)
{
    require_width(fields, 2 + relation_width);
    require_words(fields.first(2));
    details.breaks.push_back({fields[1], parse_relation(fields.subspan(2))});
}

Details::Library parse_library(Row fields)
{
    require_width(fields, 3);
    require_words(fields.first(2));
    return {fields[1], fields[2]};
}

void take_fix(Details& details, Row fields)
{
    require_width(fields, 3);
    require_words(fields);
    details.fixes.push_back({fields[1], fields[2]});
}

Details::MadePath parse_made(Row fields)
{
    require_width(fields, 3);
    require_path(fields[1]);
    return {fields[1], parse_object(fields[2])};
}

void take_shadowed(Details& details, Row fields)
{
    details.shadowed.push_back(parse_made(fields));
    if (!details.shadowed.back().base_object) {
        throw Error(Code::corrupt, "a path that shadows nothing");
    }
}

void take_provides(Details& details, Row fields)
{
    require_width(fields, 4);
    require_words(fields.first(3));
    details.provided.push_back({fields[1], fields[2], fields[3]});
}

void take_file(Details& details, Row fields)
{
    const auto file = parse_made(fields);
    if (!file.base_object) {
        throw Error(Code::corrupt, "a file without its object");
    }
    details.files.push_back({file.path, *file.base_object});
}

void take_account(Details& details, Row fields)
{
    require_width(fields, 4);
    require_words(fields);
    if (fields[1] != group_word && fields[1] != user_word) {
        throw Error(Code::corrupt, "\"" + text::escaped(fields[1], 20) + "\" is no kind of account");
    }
    const auto kind = fields[1] == user_word ? Details::AccountKind::user : Details::AccountKind::group;
    const auto number = parse_number(fields[3], std::numeric_limits<std::uint32_t>::max());
    details.accounts.push_back({kind, fields[2], static_cast<std::uint32_t>(number)});
}

void take_excludes(Details& details, Row fields)
{
    require_width(fields, 4);
    require_words(fields);
    details.excluded.push_back(
        {AppId::require(fields[1], Code::corrupt), parse_number(fields[2], canonical::largest_integer), fields[3]});
}

void take_details_row(Details& details, Row fields)
{
    using Take = void (*)(Details&, Row);
    static const std::map<std::string_view, Take> kinds{
        {"account", take_account},
        {"breaks", take_breaks},
        {"excludes", take_excludes},
        {"file", take_file},
        {"fix", take_fix},
        {"generated", [](Details& to, Row row) { to.generated.push_back(parse_made(row)); }},
        {"gives", [](Details& to, Row row) { to.given.push_back(parse_library(row)); }},
        {"lacks", [](Details& to, Row row) { to.lacked.push_back(parse_library(row)); }},
        {"needs", take_needs},
        {"package", take_package},
        {"provides", take_provides},
        {"shadows", take_shadowed},
        {"takes", [](Details& to, Row row) { to.taken.push_back(parse_library(row)); }}};
    if (const auto found = kinds.find(fields[0]); found != kinds.end()) {
        found->second(details, fields);
    }
}

/// The order of values is not that of their spelling: a blank is %20 there.
void sort_rows(Details& details)
{
    std::ranges::sort(details.packages);
    std::ranges::sort(details.needs);
    std::ranges::sort(details.breaks);
    std::ranges::sort(details.given);
    std::ranges::sort(details.taken);
    std::ranges::sort(details.lacked);
    std::ranges::sort(details.fixes);
    std::ranges::sort(details.shadowed);
    std::ranges::sort(details.generated);
    std::ranges::sort(details.provided);
    std::ranges::sort(details.files);
    std::ranges::sort(details.accounts);
    std::ranges::sort(details.excluded);
}

class DetailsWriter {
public:
    void add(const std::vector<std::string>& fields) { rows_.push_back(rows::row(fields)); }

    void add(const std::string& word, const std::vector<Details::Library>& libraries)
    {
        for (const auto& library : libraries) {
            add({word, library.soname, library.version});
        }
    }

    void add(const std::string& word, const std::vector<Details::MadePath>& paths)
    {
        for (const auto& made : paths) {
            add({word, made.path, hex_or_nothing(made.base_object)});
        }
    }

    std::string finish() && { return rows::table(details_kind, details_version, std::move(rows_), largest_details); }

private:
    std::vector<std::string> rows_;
};

void add_rows_of_base(DetailsWriter& writer, const Details& details)
{
    for (const auto& provided : details.provided) {
        writer.add({"provides", provided.package, provided.name, provided.version});
    }
    for (const auto& file : details.files) {
        writer.add({"file", file.path, file.object.hex()});
    }
    for (const auto& account : details.accounts) {
        const auto* const kind = account.kind == Details::AccountKind::user ? user_word : group_word;
        writer.add({"account", kind, account.name, std::to_string(account.number)});
    }
    for (const auto& excluded : details.excluded) {
        writer.add({"excludes", excluded.app.text(), std::to_string(excluded.highest), excluded.reason});
    }
}

} // namespace

Details parse_details(std::string_view bytes)
{
    Details details;
    rows::read(bytes, details_kind, details_version, largest_details,
               [&](Row fields) { take_details_row(details, fields); });
    sort_rows(details);
    return details;
}

std::string encode_details(const Details& details)
{
    DetailsWriter writer;
    add_rows_of_base(writer, details);
    for (const auto& built : details.packages) {
        writer.add({"package", built.name, built.version, built.arch, hex_or_nothing(built.file), built.source,
                    built.source_version});
    }
    for (const auto& need : details.needs) {
        std::vector<std::string> fields{"needs", need.package};
        for (const auto& relation : need.alternatives) {
            add_relation(fields, relation);
        }
        writer.add(fields);
    }
    for (const auto& broken : details.breaks) {
        std::vector<std::string> fields{"breaks", broken.package};
        add_relation(fields, broken.relation);
        writer.add(fields);
    }
    for (const auto& fix : details.fixes) {
        writer.add({"fix", fix.id, fix.source});
    }
    writer.add("gives", details.given);
    writer.add("takes", details.taken);
    writer.add("lacks", details.lacked);
    writer.add("shadows", details.shadowed);
    writer.add("generated", details.generated);
    return std::move(writer).finish();
}

std::string packed_details_path(const PinnedFile& details) { return "details/" + details.packed_sha256.hex() + ".zst"; }

std::string raw_details_path(const PinnedFile& details) { return "details/" + details.sha256.hex(); }

} // namespace qpkg
