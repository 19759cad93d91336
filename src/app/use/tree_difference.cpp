// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/tree_difference.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace qpkg::app {
namespace {

using Entry = ModuleTree::Entry;

class Comparison {
public:
    Comparison(const ModuleTree& published, const ModuleTree& built) : published_(published), built_(built) {}

    std::optional<std::string> directories(std::uint32_t left, std::uint32_t right, const std::string& path)
    {
        const auto& ours = published_.directories.at(left);
        const auto& theirs = built_.directories.at(right);
        if (ours.mode != theirs.mode) {
            return text::escaped(path.empty() ? "/" : path) + ": other mode";
        }
        auto mine = ours.entries.begin();
        auto other = theirs.entries.begin();
        while (mine != ours.entries.end() || other != theirs.entries.end()) {
            if (other == theirs.entries.end() || (mine != ours.entries.end() && mine->name < other->name)) {
                return below(path, mine->name) + ": missing in the new build";
            }
            if (mine == ours.entries.end() || other->name < mine->name) {
                return below(path, other->name) + ": only in the new build";
            }
            if (auto found = entries(*mine, *other, path)) {
                return found;
            }
            ++mine;
            ++other;
        }
        return std::nullopt;
    }

private:
    static std::string below(const std::string& path, const std::string& name)
    {
        return text::escaped(path.empty() ? name : path + '/' + name);
    }

    std::optional<std::string> entries(const Entry& mine, const Entry& other, const std::string& path)
    {
        if (mine.kind != other.kind) {
            return below(path, mine.name) + ": other kind of file";
        }
        if (mine.kind == NodeKind::directory) {
            return directories(mine.index, other.index, path.empty() ? mine.name : path + '/' + mine.name);
        }
        const auto& left = published_.object_of(mine);
        const auto& right = built_.object_of(other);
        if (left.id == right.id) {
            return file_itself(mine, other, below(path, mine.name));
        }
        const auto what = left.mode != right.mode ? ": other mode"
                          : left.size != right.size
                              ? ": " + std::to_string(right.size) + " bytes, published are " + std::to_string(left.size)
                              : std::string(": other content");
        return below(path, mine.name) + what;
    }

    /// Of two with the same content.
    std::optional<std::string> file_itself(const Entry& mine, const Entry& other, const std::string& shown)
    {
        const auto& left = published_.files.at(mine.index);
        const auto& right = built_.files.at(other.index);
        if (left.time != right.time) {
            return shown + ": of " + text::iso_time(right.time) + ", published is " + text::iso_time(left.time);
        }
        const auto twin = built_of_published_.emplace(mine.index, other.index).first->second;
        const auto twin_of_it = published_of_built_.emplace(other.index, mine.index).first->second;
        const bool is_same = twin == other.index && twin_of_it == mine.index;
        return is_same ? std::nullopt : std::optional(shown + ": a hard link in one, a file of its own in the other");
    }

    const ModuleTree& published_;
    const ModuleTree& built_;
    std::unordered_map<std::uint32_t, std::uint32_t> built_of_published_; ///< files
    std::unordered_map<std::uint32_t, std::uint32_t> published_of_built_;
};

} // namespace

std::optional<std::string> first_difference(const ModuleTree& published, const ModuleTree& built)
{
    return Comparison(published, built).directories(0, 0, "");
}

} // namespace qpkg::app
