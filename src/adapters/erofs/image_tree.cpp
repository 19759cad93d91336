// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/image_tree.hpp"

#include "repo-format/repo/times.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace qpkg::erofs {
namespace {

constexpr std::uint16_t directory_mode = 0755;

class Composer {
public:
    explicit Composer(std::span<const TreePart> parts) : parts_(parts)
    {
        image_.directories.push_back({directory_mode, directory_epoch, 0, {}});
    }

    ImageTree compose() &&
    {
        refuse_nested_prefixes();
        for (std::uint32_t part = 0; part < parts_.size(); ++part) {
            add(part, make_prefix(parts_[part].prefix));
        }
        for (auto& directory : image_.directories) {
            std::sort(directory.entries.begin(), directory.entries.end(),
                      [](const auto& a, const auto& b) { return a.name < b.name; });
        }
        return std::move(image_);
    }

private:
    std::uint32_t make_directory(std::uint32_t parent, std::string name, std::uint16_t mode, std::int64_t time)
    {
        const auto index = static_cast<std::uint32_t>(image_.directories.size());
        image_.directories.push_back({mode, time, parent, {}});
        image_.directories[parent].entries.push_back({std::move(name), NodeKind::directory, index});
        return index;
    }

    void refuse_nested_prefixes() const
    {
        for (const auto& outer : parts_) {
            for (const auto& inner : parts_) {
                const bool nested = outer.prefix.empty() || inner.prefix == outer.prefix ||
                                    inner.prefix.starts_with(outer.prefix + '/');
                if (&outer != &inner && nested) {
                    throw Error(Code::bug,
                                "one tree of a volume has its place at \"" + outer.prefix + "\", another inside it");
                }
            }
        }
    }

    /// The directory that the part's root becomes.
    std::uint32_t make_prefix(const std::string& prefix)
    {
        std::uint32_t at = 0;
        if (!prefix.empty()) {
            for (auto& name : text::split(prefix, '/')) {
                const auto& entries = image_.directories[at].entries;
                const auto found =
                    std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == name; });
                at = found != entries.end() ? found->index
                                            : make_directory(at, std::move(name), directory_mode, directory_epoch);
            }
        }
        return at;
    }

    void add(std::uint32_t part, std::uint32_t place)
    {
        const auto& tree = *parts_[part].tree;
        const auto files = files_of(part);
        std::vector<std::uint32_t> directories(tree.directories.size());
        directories.at(0) = place;
        image_.directories[place].mode = tree.directories.at(0).mode;
        image_.directories[place].time = tree.directories.at(0).time;
        for (std::size_t i = 0; i < tree.directories.size(); ++i) {
            for (const auto& entry : tree.directories[i].entries) {
                if (entry.kind == NodeKind::directory) {
                    const auto& below = tree.directories.at(entry.index);
                    directories.at(entry.index) = make_directory(directories[i], entry.name, below.mode, below.time);
                    continue;
                }
                const auto file = files.at(entry.index);
                ++image_.files[file].links;
                image_.directories[directories[i]].entries.push_back({entry.name, entry.kind, file});
            }
        }
    }

    /// The inodes of a part's files: those of an earlier part where they cannot be told from these.
    std::vector<std::uint32_t> files_of(std::uint32_t part)
    {
        std::map<std::pair<std::uint32_t, std::int64_t>, std::uint32_t> equal_before; // by content and time
        std::vector<std::uint32_t> files;
        for (const auto& file : parts_[part].tree->files) {
            const auto content = content_of(part, file.object);
            const auto nth = equal_before[{content, file.time}]++;
            const auto next = static_cast<std::uint32_t>(image_.files.size());
            const auto [known, is_new] = inodes_.try_emplace({content, file.time, nth}, next);
            if (is_new) {
                image_.files.push_back({content, file.time, 0});
            }
            files.push_back(known->second);
        }
        return files;
    }

    std::uint32_t content_of(std::uint32_t part, std::uint32_t object)
    {
        const auto& source = parts_[part].tree->objects[object];
        const auto next = static_cast<std::uint32_t>(image_.contents.size());
        const auto [known, is_new] = by_id_.try_emplace(source.id, next);
        if (is_new) {
            image_.contents.push_back({source.size, source.kind, source.mode, part, object});
        }
        return known->second;
    }

    std::span<const TreePart> parts_;
    ImageTree image_;
    std::unordered_map<Digest, std::uint32_t> by_id_;
    /// By content, time, and how many equal ones its part has before it.
    std::map<std::tuple<std::uint32_t, std::int64_t, std::uint32_t>, std::uint32_t> inodes_;
};

} // namespace

ImageTree compose(std::span<const TreePart> parts) { return Composer(parts).compose(); }

} // namespace qpkg::erofs
