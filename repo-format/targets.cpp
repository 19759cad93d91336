// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/role_fields.hpp"
#include "repo-format/roles.hpp"

#include "qpkg/base/text.hpp"
#include "qpkg/model/id.hpp"

#include <algorithm>
#include <set>

namespace qpkg::tuf {

using canonical::Array;
using canonical::Fields;
using canonical::Object;
using canonical::Value;

namespace {

constexpr std::string_view everything_below = "/*/*/*";
constexpr std::size_t longest_path = 400;

bool is_namespace(std::string_view text) { return AppId::parse(std::string(text) + ".x").has_value(); }

std::string namespace_of_pattern(const Fields& fields, const Value& value)
{
    const auto* pattern = value.get_if<std::string>();
    if (pattern != nullptr && pattern->ends_with(everything_below)) {
        auto name = pattern->substr(0, pattern->size() - everything_below.size());
        if (is_namespace(name)) {
            return name;
        }
    }
    fields.fail("paths", "expected <namespace>/*/*/*");
}

Delegation take_delegation(Fields fields, const Keys& keys)
{
    Delegation role{.name = fields.text("name"), .keys = take_role_keys(fields, keys), .namespaces = {}};
    if (!is_publisher_name(role.name)) {
        fields.fail("name", "\"" + text::escaped(role.name, 80) + "\" is not a publisher's name");
    }
    if (!fields.flag("terminating")) {
        fields.fail("terminating", "false, a namespace has one publisher");
    }
    for (const auto& pattern : fields.array("paths")) {
        role.namespaces.push_back(namespace_of_pattern(fields, pattern));
    }
    std::ranges::sort(role.namespaces);
    return role;
}

/// One name and one namespace belong to one role: who a release comes from must not depend on the order of a search.
void check_no_overlap(const std::vector<Delegation>& delegations)
{
    std::map<std::string, std::string> owners;
    std::set<std::string> names;
    for (const auto& role : delegations) {
        if (!names.insert(role.name).second) {
            throw Error(Code::corrupt, "delegations: publisher " + role.name + " is there twice");
        }
        for (const auto& name : role.namespaces) {
            if (const auto [owner, added] = owners.emplace(name, role.name); !added) {
                throw Error(Code::conflict, "delegations: namespace " + name + " belongs to two publishers, " +
                                                owner->second + " and " + role.name);
            }
        }
    }
}

void take_delegations(Fields fields, Targets& into)
{
    into.keys = take_keys(fields.object("keys"));
    for (auto& role : fields.array("roles")) {
        const auto where = fields.where_of("roles[" + std::to_string(into.delegations.size()) + "]");
        into.delegations.push_back(take_delegation({std::move(role), where}, into.keys));
    }
    check_no_overlap(into.delegations);
}

std::map<std::string, Target> take_targets(Fields fields)
{
    std::map<std::string, Target> targets;
    const Object listed = fields.remaining();
    for (const auto& [path, value] : listed) {
        if (path.size() > longest_path) {
            fields.fail("targets", "a path is longer than " + std::to_string(longest_path) + " characters");
        }
        auto target = fields.object(path);
        const auto length = target.number("length");
        const auto digest = take_hashes(target);
        auto custom = target.has("custom") ? std::move(target.object("custom")).rest() : Object{};
        targets.emplace(path, Target{.length = length, .sha256 = digest, .custom = std::move(custom)});
    }
    return targets;
}

Object encode_target(const Target& target)
{
    Object object{{"length", target.length}, {"hashes", Object{{"sha256", target.sha256.hex()}}}};
    if (!target.custom.empty()) {
        object.emplace("custom", target.custom);
    }
    return object;
}

Object encode_delegation(const Delegation& role)
{
    Array paths;
    for (const auto& name : role.namespaces) {
        paths.emplace_back(name + std::string(everything_below));
    }
    auto object = encode_role_keys(role.keys);
    object.emplace("name", role.name);
    object.emplace("terminating", true);
    object.emplace("paths", std::move(paths));
    return object;
}

} // namespace

Targets parse_targets(std::string_view payload)
{
    auto fields = open_role(payload, largest_publisher, "targets");
    Targets role{.header = take_header(fields), .targets = {}, .keys = {}, .delegations = {}};
    role.targets = take_targets(fields.object("targets"));
    if (fields.has("delegations")) {
        take_delegations(fields.object("delegations"), role);
    }
    keep_rest(role.header, std::move(fields));
    return role;
}

std::string encode(const Targets& role)
{
    Object targets;
    for (const auto& [path, target] : role.targets) {
        targets.emplace(path, encode_target(target));
    }
    auto object = encode_header(role.header, "targets");
    object.insert_or_assign("targets", std::move(targets));
    if (!role.delegations.empty()) {
        Array roles;
        for (const auto& delegation : role.delegations) {
            roles.emplace_back(encode_delegation(delegation));
        }
        object.insert_or_assign("delegations", Object{{"keys", encode_keys(role.keys)}, {"roles", std::move(roles)}});
    }
    return canonical::encode(object);
}

bool covers(const std::vector<std::string>& namespaces, std::string_view target_path)
{
    const auto parts = text::split(target_path, '/');
    return parts.size() == 4 && std::ranges::find(namespaces, parts.front()) != namespaces.end();
}

} // namespace qpkg::tuf
