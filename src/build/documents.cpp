// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/documents.hpp"

#include "build/scan.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/core/subprocess.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> places{"/usr/share/doc", "/usr/share/info", "/usr/share/man"};
constexpr std::string_view packed_suffix = ".gz";
constexpr std::size_t files_per_call = 500;

bool is_packed(const fs::path& path) { return path.extension() == packed_suffix && path.stem() != ""; }

std::string unpacked(const std::string& path) { return path.substr(0, path.size() - packed_suffix.size()); }

/// A name in a directory, however one came there.
struct Spot {
    dev_t device;
    ino_t directory;
    std::string name;

    friend bool operator<(const Spot& a, const Spot& b)
    {
        return std::tie(a.device, a.directory, a.name) < std::tie(b.device, b.directory, b.name);
    }
};

std::optional<Spot> spot_of(const ForeignTree& tree, const fs::path& path)
{
    const auto parent = open_in_root(tree.top(), path.parent_path(), O_PATH | O_DIRECTORY);
    struct stat info {};
    if (!parent || ::fstat(parent.get(), &info) != 0) {
        return std::nullopt;
    }
    return Spot{info.st_dev, info.st_ino, path.filename().string()};
}

std::vector<std::string> links_in(const ForeignTree& tree)
{
    std::vector<std::string> links;
    tree.walk("", [&](const ForeignTree::Entry& entry) {
        if (S_ISLNK(entry.info.st_mode) && is_packed(tree.read_link(entry.path))) {
            links.push_back(entry.path);
        }
    });
    return links;
}

/// The place in the tree that a link names. Directories on the way may be links themselves.
std::optional<Spot> target_of(const ForeignTree& tree, const std::string& link)
{
    return spot_of(tree, fs::path(link).parent_path() / tree.read_link(link));
}

/// What links lead to that stand where the base has something: under another name they would not cover that, so neither
/// they nor what is behind them may lose the suffix.
std::set<Spot> spots_to_keep(const ForeignTree& tree, const Fd& base)
{
    const auto links = links_in(tree);
    std::vector<std::string> waiting;
    std::ranges::copy_if(links, std::back_inserter(waiting),
                         [&](const std::string& link) { return exists_in_root(base, link); });
    std::set<Spot> kept;
    while (!waiting.empty()) {
        const auto target = target_of(tree, waiting.back());
        waiting.pop_back();
        if (!target || !kept.insert(*target).second) {
            continue;
        }
        std::ranges::copy_if(links, std::back_inserter(waiting), [&](const std::string& link) {
            const auto spot = spot_of(tree, link);
            return spot && !(*spot < *target) && !(*target < *spot);
        });
    }
    return kept;
}

std::vector<std::string> packed_documents(const ForeignTree& tree, const Fd& base)
{
    const auto kept = spots_to_keep(tree, base);
    std::vector<std::string> found;
    for (const auto place : places) {
        if (!tree.has_directory(std::string(place))) {
            continue;
        }
        tree.walk(std::string(place), [&](const ForeignTree::Entry& entry) {
            if (!S_ISREG(entry.info.st_mode) || !is_packed(entry.path) || exists_in_root(base, entry.path) ||
                tree.look(unpacked(entry.path))) {
                return;
            }
            if (const auto spot = spot_of(tree, entry.path); spot && !kept.contains(*spot)) {
                found.push_back(entry.path);
            }
        });
    }
    return found;
}

void run_gzip(const fs::path& workshop, std::size_t first, std::size_t end)
{
    Command command{.argv = {"gzip", "--decompress", "--quiet", "--"}};
    for (; first < end; ++first) {
        command.argv.push_back((workshop / (std::to_string(first) + std::string(packed_suffix))).string());
    }
    run(command);
}

/// Lets gzip at them in a directory of our own, under names of our own, and takes them back: what it leaves packed, for
/// it is damaged, under its old name. Returns what was unpacked, under its old name.
std::vector<std::string> unpack(const ForeignTree& tree, const fs::path& beside,
                                const std::vector<std::string>& documents)
{
    const files::TemporaryDirectory directory(beside, "documents-");
    const ForeignTree workshop(directory.path());
    for (std::size_t i = 0; i < documents.size(); ++i) {
        tree.move(documents[i], workshop, std::to_string(i) + std::string(packed_suffix));
    }
    for (std::size_t at = 0; at < documents.size(); at += files_per_call) {
        run_gzip(directory.path(), at, std::min(at + files_per_call, documents.size()));
    }
    std::vector<std::string> gone;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        const auto packed = std::to_string(i) + std::string(packed_suffix);
        if (workshop.look(packed)) {
            workshop.move(packed, tree, documents[i]);
        } else {
            workshop.move(std::to_string(i), tree, unpacked(documents[i]));
            gone.push_back(documents[i]);
        }
    }
    return gone;
}

/// Links to what is gone lead to what is there now; they lose the suffix, too, so that links to them are next.
void let_links_follow(const ForeignTree& tree, const std::vector<std::string>& documents)
{
    std::set<Spot> gone;
    const auto add = [&](const std::string& path) {
        if (auto spot = spot_of(tree, path)) {
            gone.insert(*std::move(spot));
        }
    };
    std::ranges::for_each(documents, add);
    auto links = links_in(tree);
    for (bool is_settled = false; !is_settled;) {
        is_settled = true;
        std::erase_if(links, [&](const std::string& link) {
            const auto spot = target_of(tree, link);
            if (!spot || !gone.contains(*spot)) {
                return false;
            }
            const auto target = unpacked(tree.read_link(link));
            const bool is_renamed = is_packed(link) && !tree.look(unpacked(link));
            const auto name = is_renamed ? unpacked(link) : link;
            const auto info = tree.look(link);
            tree.remove(link);
            tree.make_symlink(name, target);
            tree.set_time(name, info ? info->st_mtim.tv_sec : 0);
            if (is_renamed) {
                add(link);
                is_settled = false;
            }
            return true;
        });
    }
}

} // namespace

void unpack_documents(const fs::path& directory, const Fd& base)
{
    const ForeignTree tree(directory);
    const auto beside = fs::absolute(directory).parent_path();
    if (const auto gone = unpack(tree, beside, packed_documents(tree, base)); !gone.empty()) {
        let_links_follow(tree, gone);
    }
}

} // namespace qpkg::build
