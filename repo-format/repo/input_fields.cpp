// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/input_fields.hpp"

namespace qpkg {
namespace {

constexpr std::string_view digest_prefix = "sha256:";

Digest prefixed_digest(canonical::Fields& fields, std::string_view name)
{
    const auto value = fields.text(name);
    const auto digest =
        value.starts_with(digest_prefix) ? Digest::from_hex(value.substr(digest_prefix.size())) : std::nullopt;
    if (!digest) {
        fields.fail(name, "expected sha256: and 64 lower-case hex digits");
    }
    return *digest;
}

} // namespace

BuildInputs parse_inputs(canonical::Fields fields)
{
    const auto agent = fields.has("agent") ? std::optional(prefixed_digest(fields, "agent")) : std::nullopt;
    return {.recipe = prefixed_digest(fields, "recipe"),
            .lock = prefixed_digest(fields, "lock"),
            .base = fields.has("base") ? std::optional(CommitId(fields.digest("base"))) : std::nullopt,
            .source_date_epoch = static_cast<std::int64_t>(fields.number("source_date_epoch")),
            .agent = agent};
}

canonical::Object encode_inputs(const BuildInputs& inputs)
{
    canonical::Object members{{"recipe", std::string(digest_prefix) + inputs.recipe.hex()},
                              {"lock", std::string(digest_prefix) + inputs.lock.hex()},
                              {"source_date_epoch", static_cast<std::uint64_t>(inputs.source_date_epoch)}};
    if (inputs.base) {
        members.emplace("base", inputs.base->hex());
    }
    if (inputs.agent) {
        members.emplace("agent", std::string(digest_prefix) + inputs.agent->hex());
    }
    return members;
}

} // namespace qpkg
