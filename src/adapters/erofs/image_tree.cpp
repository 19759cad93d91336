// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/image_tree.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace qpkg::erofs {
namespace {

constexpr std::uint16_t directory_mode = 0755;

class Composer {
public:
    explicit Composer(std::span<const TreePart> parts) : parts_(parts)
    {
        image_.directories.push_back({directory_mode, 0, {}});
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
    std::uint32_t make_directory(std::uint32_t parent, std::string name, std::uint16_t mode)
    {
        const auto index = static_cast<std::uint32_t>(image_.directories.size());
        image_.directories.push_back({mode, parent, {}});
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
                at = found != entries.end() ? found->index : make_directory(at, std::move(name), directory_mode);
            }
        }
        return at;
    }

    void add(std::uint32_t part, std::uint32_t place)
    {
        const auto& tree = *parts_[part].tree;
        std::vector<std::uint32_t> contents(tree.objects.size(), unused);
        std::vector<std::uint32_t> directories(tree.directories.size(), unused);
        directories.at(0) = place;
        image_.directories[place].mode = tree.directories.at(0).mode;
        for (std::size_t i = 0; i < tree.directories.size(); ++i) {
            for (const auto& entry : tree.directories[i].entries) {
                if (entry.kind == NodeKind::directory) {
                    directories.at(entry.index) =
                        make_directory(directories[i], entry.name, tree.directories.at(entry.index).mode);
                    continue;
                }
                auto& content = contents.at(entry.index);
                if (content == unused) {
                    content = content_of(part, entry.index);
                }
                ++image_.contents[content].links;
                image_.directories[directories[i]].entries.push_back({entry.name, entry.kind, content});
            }
        }
    }

    std::uint32_t content_of(std::uint32_t part, std::uint32_t object)
    {
        const auto& source = parts_[part].tree->objects[object];
        const auto next = static_cast<std::uint32_t>(image_.contents.size());
        const auto [known, is_new] = by_id_.try_emplace(source.id, next);
        if (is_new) {
            image_.contents.push_back({source.size, source.kind, source.mode, part, object, 0});
        }
        return known->second;
    }

    static constexpr std::uint32_t unused = ~std::uint32_t{0};

    std::span<const TreePart> parts_;
    ImageTree image_;
    std::unordered_map<Digest, std::uint32_t> by_id_;
};

} // namespace

ImageTree compose(std::span<const TreePart> parts) { return Composer(parts).compose(); }

} // namespace qpkg::erofs
