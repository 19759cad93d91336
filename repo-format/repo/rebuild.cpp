// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/rebuild.hpp"

#include "repo-format/repo/input_fields.hpp"
#include "repo-format/repo/manifest.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg {
namespace {

constexpr std::string_view type = "qpkg-rebuild";
constexpr std::uint64_t statement_schema = 1;
constexpr std::string_view statement_ending = ".rebuild.json";

std::string place_of(const std::string& name)
{
    return std::string(statements_directory) + '/' + name + std::string(statement_ending);
}

} // namespace

RebuildStatement agreement_with(const Release& release)
{
    return {.app = release.app,
            .arch = release.arch,
            .version = release.version,
            .core = core_of(release),
            .inputs = release.inputs,
            .commit = release.tree.commit,
            .volume = release.volume.root};
}

RebuildStatement parse_rebuild(std::string_view payload)
{
    canonical::Fields fields(canonical::parse(payload, largest_statement), "");
    if (const auto said = fields.text("_type"); said != type) {
        fields.fail("_type", "is \"" + text::escaped(said, 40) + "\", expected " + std::string(type));
    }
    if (const auto schema = fields.number("schema"); schema != statement_schema) {
        throw Error(Code::unsupported, "schema " + std::to_string(schema) + " is not known, this qpkg reads " +
                                           std::to_string(statement_schema));
    }
    RebuildStatement statement{.app = fields.id<AppId>("app"),
                               .arch = fields.id<Arch>("arch"),
                               .version = fields.text("version"),
                               .core = fields.digest("core"),
                               .inputs = parse_inputs(fields.object("inputs")),
                               .commit = CommitId(fields.digest("commit")),
                               .volume = VolumeId(fields.digest("volume"))};
    if (statement.version.size() > longest_text) {
        fields.fail("version", "longer than " + std::to_string(longest_text) + " characters");
    }
    return statement;
}

std::string encode_rebuild(const RebuildStatement& statement)
{
    return canonical::encode(canonical::Object{{"_type", std::string(type)},
                                               {"schema", statement_schema},
                                               {"app", statement.app.text()},
                                               {"arch", statement.arch.text()},
                                               {"version", statement.version},
                                               {"core", statement.core.hex()},
                                               {"inputs", encode_inputs(statement.inputs)},
                                               {"commit", statement.commit.hex()},
                                               {"volume", statement.volume.hex()}});
}

std::string statement_path(const CommitId& published) { return place_of(published.hex()); }

std::string input_path(const Digest& input) { return "inputs/" + input.hex(); }

std::string dissent_path(const CommitId& published, const Digest& key_id)
{
    return place_of(published.hex() + '.' + key_id.hex());
}

bool is_statement_about(const CommitId& published, std::string_view file_name)
{
    return file_name.starts_with(published.hex() + '.') && file_name.ends_with(statement_ending);
}

} // namespace qpkg
