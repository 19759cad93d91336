// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/role_changes.hpp"

#include "repo-format/repo/canonical_json.hpp"
#include "repo-format/repo/roles.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace qpkg::app {
namespace {

using canonical::Array;
using canonical::Object;
using canonical::Value;

enum class LeafKind { text, number, flag, element, nothing };

/// A value that holds no other.
struct Leaf {
    LeafKind kind;
    std::string words;

    friend bool operator==(const Leaf&, const Leaf&) = default;
};

using Path = std::vector<std::string>;
using Leaves = std::map<Path, Leaf>;

Path below(Path path, std::string name)
{
    path.push_back(std::move(name));
    return path;
}

void collect(const Path& path, const Value& value, Leaves& leaves);

void collect_elements(const Path& path, const Array& array, Leaves& leaves)
{
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (const auto* text = array[i].get_if<std::string>()) {
            leaves.emplace(below(path, *text), Leaf{LeafKind::element, {}});
            continue;
        }
        const auto* object = array[i].get_if<Object>();
        const auto name = object == nullptr ? Object::const_iterator() : object->find("name");
        const auto* text = object == nullptr || name == object->end() ? nullptr : name->second.get_if<std::string>();
        collect(below(path, text == nullptr ? std::to_string(i) : *text), array[i], leaves);
    }
}

void collect(const Path& path, const Value& value, Leaves& leaves)
{
    const auto* object = value.get_if<Object>();
    const auto* array = value.get_if<Array>();
    if ((object != nullptr && object->empty()) || (array != nullptr && array->empty())) {
        leaves.emplace(path, Leaf{LeafKind::nothing, "nothing"});
    } else if (object != nullptr) {
        for (const auto& [name, member] : *object) {
            collect(below(path, name), member, leaves);
        }
    } else if (array != nullptr) {
        collect_elements(path, *array, leaves);
    } else if (const auto* text = value.get_if<std::string>()) {
        leaves.emplace(path, Leaf{LeafKind::text, *text});
    } else if (const auto* number = value.get_if<std::uint64_t>()) {
        leaves.emplace(path, Leaf{LeafKind::number, std::to_string(*number)});
    } else {
        leaves.emplace(path, Leaf{LeafKind::flag, *value.get_if<bool>() ? "true" : "false"});
    }
}

Leaves leaves_of(std::string_view payload)
{
    Leaves leaves;
    collect({}, canonical::parse(payload, tuf::largest_publisher), leaves);
    return leaves;
}

/// Members that one row is about, and what people call it: the first `depth` steps of their paths.
struct Unit {
    std::string_view container;
    std::string_view part; ///< of the container, where its parts are different things
    std::size_t depth;
    std::string_view name;
};

/// In the order in which they are shown: what decides over keys stands nearest to the question.
constexpr std::array units{Unit{"targets", "", 2, ""},
                           Unit{"", "", 1, ""},
                           Unit{"qpkg_withdrawn", "", 2, "withdrawn up to "},
                           Unit{"qpkg_notices", "", 2, "notice of "},
                           Unit{"delegations", "roles", 3, "publisher "},
                           Unit{"delegations", "keys", 3, "key "},
                           Unit{"roles", "", 2, "role "},
                           Unit{"keys", "", 2, "key "}};

std::size_t unit_of(const Path& path)
{
    const auto fits = [&](const Unit& unit) {
        return path.size() >= unit.depth && path.front() == unit.container &&
               (unit.part.empty() || path.at(1) == unit.part);
    };
    const auto found = std::ranges::find_if(units, fits);
    return found == units.end() ? 1 : static_cast<std::size_t>(found - units.begin());
}

/// One row in the making.
struct Row {
    bool was = false;
    bool is = false;
    std::vector<std::string> same_on_one_side; ///< as they stand, when the whole is new or gone
    std::vector<std::string> differences;
};

std::string with_name(const std::string& name, const std::string& words)
{
    return name.empty() ? words : words.empty() ? name : name + " " + words;
}

void take(Row& row, const std::string& name, const Leaf* before, const Leaf* after)
{
    row.was = row.was || before != nullptr;
    row.is = row.is || after != nullptr;
    if (before != nullptr && after != nullptr) {
        if (*before != *after) {
            row.differences.push_back(with_name(name, before->words + " -> " + after->words));
        }
        return;
    }
    const auto words = with_name(name, (before != nullptr ? before : after)->words);
    row.same_on_one_side.push_back(words);
    row.differences.push_back((before != nullptr ? "- " : "+ ") + words);
}

/// Members of both, each with what it was and what it is.
std::map<Path, std::pair<const Leaf*, const Leaf*>> paired(const Leaves& before, const Leaves& after)
{
    std::map<Path, std::pair<const Leaf*, const Leaf*>> pairs;
    for (const auto& [path, leaf] : before) {
        pairs[path].first = &leaf;
    }
    for (const auto& [path, leaf] : after) {
        pairs[path].second = &leaf;
    }
    return pairs;
}

RoleChange finished(const std::string& what, const Row& row)
{
    if (row.was && row.is) {
        return {RoleChange::Kind::changed, what, text::join(row.differences, ", ")};
    }
    return {row.is ? RoleChange::Kind::added : RoleChange::Kind::removed, what, text::join(row.same_on_one_side, ", ")};
}

std::string line(const RoleChange& change)
{
    const std::string sign = change.kind == RoleChange::Kind::added     ? "+ "
                             : change.kind == RoleChange::Kind::removed ? "- "
                                                                        : "~ ";
    return "  " + sign + change.what + ": " + change.words;
}

constexpr std::size_t longest_value = 1000;

/// A member: its path, "*" for any name, and what kind of value it has.
struct Known {
    std::string_view path;
    LeafKind kind;
};

constexpr std::array common{Known{"_type", LeafKind::text}, Known{"spec_version", LeafKind::text},
                            Known{"version", LeafKind::number}, Known{"expires", LeafKind::text}};

constexpr std::array of_root{
    Known{"consistent_snapshot", LeafKind::flag}, Known{"keys * keytype", LeafKind::text},
    Known{"keys * scheme", LeafKind::text},       Known{"keys * keyval public", LeafKind::text},
    Known{"roles * threshold", LeafKind::number}, Known{"roles * keyids *", LeafKind::element}};

constexpr std::array of_targets{Known{"targets", LeafKind::nothing},
                                Known{"targets * length", LeafKind::number},
                                Known{"targets * hashes sha256", LeafKind::text},
                                Known{"targets * custom base", LeafKind::text},
                                Known{"targets * custom channel", LeafKind::text},
                                Known{"targets * custom published", LeafKind::number},
                                Known{"targets * custom sequence", LeafKind::number},
                                Known{"targets * custom summary", LeafKind::text},
                                Known{"targets * custom version", LeafKind::text},
                                Known{"delegations keys", LeafKind::nothing},
                                Known{"delegations keys * keytype", LeafKind::text},
                                Known{"delegations keys * scheme", LeafKind::text},
                                Known{"delegations keys * keyval public", LeafKind::text},
                                Known{"delegations roles", LeafKind::nothing},
                                Known{"delegations roles * name", LeafKind::text},
                                Known{"delegations roles * threshold", LeafKind::number},
                                Known{"delegations roles * terminating", LeafKind::flag},
                                Known{"delegations roles * keyids *", LeafKind::element},
                                Known{"delegations roles * paths", LeafKind::nothing},
                                Known{"delegations roles * paths *", LeafKind::element},
                                Known{"qpkg_notices * end_of_life", LeafKind::text},
                                Known{"qpkg_notices * renamed", LeafKind::text},
                                Known{"qpkg_ostree_key", LeafKind::text},
                                Known{"qpkg_withdrawn", LeafKind::nothing},
                                Known{"qpkg_withdrawn *", LeafKind::number}};

bool matches(const Known& known, const Path& path, const Leaf& leaf)
{
    const auto steps = text::split(known.path, ' ');
    const bool same = std::ranges::equal(
        steps, path, [](const std::string& step, const std::string& name) { return step == "*" || step == name; });
    return same && known.kind == leaf.kind;
}

} // namespace

std::vector<RoleChange> describe_changes(const std::optional<std::string>& before, std::string_view after)
{
    const auto was = before ? leaves_of(*before) : Leaves();
    const auto is = leaves_of(after);
    std::map<std::pair<std::size_t, std::string>, Row> rows;
    for (const auto& [path, leaves] : paired(was, is)) {
        if (path == Path{"targets"}) {
            continue; // an empty list; its first entry says so
        }
        const auto unit = unit_of(path);
        const auto depth = static_cast<std::ptrdiff_t>(std::min(units.at(unit).depth, path.size()));
        const Path rest(path.begin() + depth, path.end());
        const auto what = std::string(units.at(unit).name) + path.at(static_cast<std::size_t>(depth) - 1);
        take(rows[{unit, what}], text::join(rest, " "), leaves.first, leaves.second);
    }
    std::vector<RoleChange> changes;
    for (const auto& [name, row] : rows) {
        if (!row.differences.empty()) {
            changes.push_back(finished(name.second, row));
        }
    }
    if (changes.empty() && before && *before != after) {
        // Lists in another order, an element twice: whatever it is, it is not what was signed before.
        changes.push_back({RoleChange::Kind::changed, "the file", "the same members, written in another order"});
    }
    return changes;
}

std::vector<std::string> change_lines(const std::optional<std::string>& before, std::string_view after)
{
    const auto changes = describe_changes(before, after);
    std::vector<std::string> lines;
    std::ranges::transform(changes, std::back_inserter(lines), line);
    const auto count = [&](RoleChange::Kind kind) {
        return std::to_string(std::ranges::count(changes, kind, &RoleChange::kind));
    };
    // A long list pushes its beginning off the screen.
    lines.push_back("  in all: " + count(RoleChange::Kind::added) + " added, " + count(RoleChange::Kind::removed) +
                    " removed, " + count(RoleChange::Kind::changed) + " changed");
    return lines;
}

void require_known_members(std::string_view payload)
{
    const auto leaves = leaves_of(payload);
    const auto type = leaves.find({"_type"});
    const bool root = type != leaves.end() && type->second.words == "root";
    for (const auto& [path, leaf] : leaves) {
        const auto known = [&path = path, &leaf = leaf](const Known& one) { return matches(one, path, leaf); };
        if (std::ranges::none_of(common, known) &&
            !(root ? std::ranges::any_of(of_root, known) : std::ranges::any_of(of_targets, known))) {
            throw Error(Code::untrusted,
                        "holds \"" + text::escaped(text::join(path, " ")) +
                            "\", which this qpkg does not know: it cannot be said what it would do",
                        "sign it with the qpkg that wrote it, or refuse");
        }
        if (leaf.words.size() > longest_value || text::join(path, " ").size() > longest_value) {
            throw Error(Code::untrusted, "\"" + text::escaped(text::join(path, " "), 80) + "\" has " +
                                             std::to_string(leaf.words.size()) + " characters, too many to be read");
        }
    }
}

} // namespace qpkg::app
