// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/default_applications.hpp"

#include "qpkg/core/key_value_file.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::agent {
namespace {

constexpr std::string_view characters_of_types = "/+!#$&^"; // beside those of other keys

EntriesByType* group_named(Associations& all, std::string_view group)
{
    if (group == "[Default Applications]") {
        return &all.defaults;
    }
    if (group == "[Added Associations]") {
        return &all.added;
    }
    if (group == "[Removed Associations]") {
        return &all.removed;
    }
    return group == "[MIME Cache]" ? &all.cached : nullptr;
}

/// A name of a file in a folder of entries, never a path.
bool is_entry_id(std::string_view id)
{
    return id.ends_with(".desktop") && !id.starts_with('.') && id.find('/') == std::string_view::npos;
}

std::vector<std::string> ids_of(std::string_view value)
{
    std::vector<std::string> ids;
    for (const auto id : text::words_of(value, "; ")) {
        if (is_entry_id(id)) {
            ids.emplace_back(id);
        }
    }
    return ids;
}

const std::vector<std::string>& entries_for(const EntriesByType& entries, const std::string& type)
{
    static const std::vector<std::string> none;
    const auto found = entries.find(type);
    return found == entries.end() ? none : found->second;
}

class EntryOrder {
public:
    void add(const std::vector<std::string>& ids, const std::set<std::string>& but = {})
    {
        for (const auto& id : ids) {
            if (!but.contains(id) && seen_.insert(id).second) {
                ids_.push_back(id);
            }
        }
    }

    std::vector<std::string> finish() { return std::move(ids_); }

private:
    std::vector<std::string> ids_;
    std::set<std::string> seen_;
};

} // namespace

Associations parse_associations(std::string_view bytes)
{
    Associations all;
    EntriesByType* group = nullptr;
    for (const auto& line : read_key_value_file(bytes, characters_of_types)) {
        if (!line.group.empty()) {
            group = group_named(all, line.group);
        } else if (group != nullptr) {
            (*group)[std::string(line.key)] = ids_of(line.value);
        }
    }
    return all;
}

std::vector<std::string> applications_for(const std::vector<std::string>& types, const std::vector<Associations>& files)
{
    EntryOrder order;
    for (const auto& type : types) {
        for (const auto& file : files) {
            order.add(entries_for(file.defaults, type));
        }
        std::set<std::string> removed;
        for (const auto& file : files) {
            order.add(entries_for(file.added, type), removed);
            const auto& gone = entries_for(file.removed, type);
            removed.insert(gone.begin(), gone.end());
            order.add(entries_for(file.cached, type), removed);
        }
    }
    return order.finish();
}

} // namespace qpkg::agent
