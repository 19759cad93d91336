// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/role_fields.hpp"
#include "repo-format/repo/roles.hpp"

#include "qpkg/core/text.hpp"
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

/// Takes the members of the lists one by one: what is wrong with one of them is noted, and the others are taken.
class Lists {
public:
    explicit Lists(Targets& into) : into_(into) {}

    void take_targets(const Fields& listed)
    {
        for (const auto& [path, value] : listed.remaining()) {
            attempt(into_.unusable_targets, path, value, [&, &path = path, &value = value] {
                if (path.size() > longest_path) {
                    throw Error(Code::corrupt,
                                "targets: a path is longer than " + std::to_string(longest_path) + " characters");
                }
                into_.targets.emplace(path, take_target({value, listed.where_of(path)}));
            });
        }
    }

    void take_delegations(Fields fields)
    {
        const auto listed = fields.object("keys");
        for (const auto& [id, value] : listed.remaining()) {
            attempt(into_.unusable_keys, id, value, [&, &id = id, &value = value] {
                auto key = take_key(id, {value, listed.where_of(id)});
                into_.keys.emplace(key.id, std::move(key));
            });
        }
        std::size_t place = 0;
        for (const auto& value : fields.array("roles")) {
            const auto where = fields.where_of("roles[" + std::to_string(place) + "]");
            attempt(into_.unusable_delegations, place, value, [&] {
                auto role = take_delegation({value, where}, into_.keys);
                refuse_overlap(role);
                into_.delegations.push_back(std::move(role));
            });
            ++place;
        }
    }

private:
    template <class Key, class Take>
    static void attempt(std::map<Key, Unusable>& unusable, const Key& key, const Value& value, const Take& take)
    {
        try {
            take();
        } catch (const Error& error) {
            unusable.emplace(key, Unusable{error.code(), error.what(), value});
        }
    }

    static Target take_target(Fields fields)
    {
        const auto length = fields.number("length");
        const auto digest = take_hashes(fields);
        auto custom = fields.has("custom") ? std::move(fields.object("custom")).rest() : Object{};
        return {.length = length, .sha256 = digest, .custom = std::move(custom)};
    }

    /// One name and one namespace belong to one role: who a release comes from must not depend on the order of a
    /// search.
    void refuse_overlap(const Delegation& role)
    {
        if (names_.contains(role.name)) {
            throw Error(Code::conflict, "delegations: publisher " + role.name + " is there twice");
        }
        for (const auto& name : role.namespaces) {
            if (const auto owner = owners_.find(name); owner != owners_.end()) {
                throw Error(Code::conflict, "delegations: namespace " + name + " belongs to two publishers, " +
                                                owner->second + " and " + role.name);
            }
        }
        names_.insert(role.name);
        for (const auto& name : role.namespaces) {
            owners_.emplace(name, role.name);
        }
    }

    Targets& into_;
    std::map<std::string, std::string> owners_; ///< by namespace
    std::set<std::string> names_;
};

/// The first member that cannot be used, in the order of the file.
const Unusable* first_unusable(const Targets& role)
{
    const Unusable* first = nullptr;
    const auto consider = [&](const auto& unusable) {
        if (first == nullptr && !unusable.empty()) {
            first = &unusable.begin()->second;
        }
    };
    consider(role.unusable_targets);
    consider(role.unusable_keys);
    consider(role.unusable_delegations);
    return first;
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

Targets read_targets(std::string_view payload)
{
    auto fields = open_role(payload, largest_publisher, "targets");
    Targets role{.header = take_header(fields), .targets = {}, .keys = {}, .delegations = {}};
    Lists lists(role);
    lists.take_targets(fields.object("targets"));
    if (fields.has("delegations")) {
        lists.take_delegations(fields.object("delegations"));
    }
    keep_rest(role.header, std::move(fields));
    return role;
}

Targets parse_targets(std::string_view payload)
{
    auto role = read_targets(payload);
    if (const auto* unusable = first_unusable(role)) {
        throw Error(unusable->code, unusable->reason);
    }
    return role;
}

namespace {

Object encode_delegations(const Targets& role)
{
    auto keys = encode_keys(role.keys);
    for (const auto& [id, unusable] : role.unusable_keys) {
        keys.emplace(id, unusable.value);
    }
    Array roles;
    auto usable = role.delegations.begin();
    for (std::size_t place = 0; place < role.delegations.size() + role.unusable_delegations.size(); ++place) {
        const auto unusable = role.unusable_delegations.find(place);
        if (unusable != role.unusable_delegations.end()) {
            roles.push_back(unusable->second.value);
        } else if (usable != role.delegations.end()) {
            roles.emplace_back(encode_delegation(*usable++));
        }
    }
    return {{"keys", std::move(keys)}, {"roles", std::move(roles)}};
}

} // namespace

std::string encode(const Targets& role)
{
    Object targets;
    for (const auto& [path, target] : role.targets) {
        targets.emplace(path, encode_target(target));
    }
    for (const auto& [path, unusable] : role.unusable_targets) {
        targets.emplace(path, unusable.value);
    }
    auto object = encode_header(role.header, "targets");
    object.insert_or_assign("targets", std::move(targets));
    if (!role.delegations.empty() || !role.unusable_delegations.empty() || !role.unusable_keys.empty()) {
        object.insert_or_assign("delegations", encode_delegations(role));
    }
    return canonical::encode(object);
}

bool covers(const std::vector<std::string>& namespaces, std::string_view target_path)
{
    const auto parts = text::split(target_path, '/');
    return parts.size() == 4 && std::ranges::find(namespaces, parts.front()) != namespaces.end();
}

} // namespace qpkg::tuf
