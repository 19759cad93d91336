// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/documents.hpp"

#include "build/scan.hpp"

#include "qpkg/base/subprocess.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> places{"usr/share/doc", "usr/share/info", "usr/share/man"};
constexpr std::string_view suffix = ".gz";
constexpr std::size_t files_per_call = 500;

bool is_packed(const fs::path& path) { return path.extension() == suffix && path.stem() != ""; }

fs::path unpacked(const fs::path& path) { return path.parent_path() / path.stem(); }

bool is_there(const fs::path& path) { return fs::exists(fs::symlink_status(path)); }

std::vector<fs::path> packed_documents(const fs::path& tree, const Fd& base)
{
    std::vector<fs::path> found;
    for (const auto place : places) {
        if (!fs::is_directory(fs::symlink_status(tree / place))) {
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(tree / place)) {
            const auto in_root = "/" / entry.path().lexically_relative(tree);
            if (fs::is_regular_file(entry.symlink_status()) && is_packed(entry.path()) &&
                !exists_in_root(base, in_root)) {
                found.push_back(entry.path());
            }
        }
    }
    return found;
}

/// What could be unpacked, under its old name: gzip leaves what is damaged or would replace a file as it is.
std::set<fs::path> unpack(const std::vector<fs::path>& documents)
{
    for (std::size_t at = 0; at < documents.size(); at += files_per_call) {
        Command command{.argv = {"gzip", "--decompress", "--quiet", "--"}};
        const auto end = std::min(at + files_per_call, documents.size());
        command.argv.insert(command.argv.end(), documents.begin() + static_cast<std::ptrdiff_t>(at),
                            documents.begin() + static_cast<std::ptrdiff_t>(end));
        run(command);
    }
    std::set<fs::path> gone;
    std::ranges::copy_if(documents, std::inserter(gone, gone.end()),
                         [](const fs::path& path) { return !is_there(path); });
    return gone;
}

std::vector<fs::path> links_in(const fs::path& tree)
{
    std::vector<fs::path> links;
    for (const auto& entry : fs::recursive_directory_iterator(tree)) {
        if (entry.is_symlink() && is_packed(fs::read_symlink(entry.path()))) {
            links.push_back(entry.path());
        }
    }
    return links;
}

/// The place in the tree that a link names. Directories on the way may be links themselves.
fs::path place_of_target(const fs::path& tree, const fs::path& link)
{
    const auto target = fs::read_symlink(link);
    const auto place = target.is_absolute() ? tree / target.relative_path() : link.parent_path() / target;
    return fs::weakly_canonical(place.parent_path()) / place.filename();
}

/// Links to what is gone lead to what is there now; they lose the suffix, too, so that links to them are next.
void let_links_follow(const fs::path& tree, std::set<fs::path> gone)
{
    auto links = links_in(tree);
    for (bool is_settled = false; !is_settled;) {
        is_settled = true;
        std::erase_if(links, [&](const fs::path& link) {
            if (!gone.contains(place_of_target(tree, link))) {
                return false;
            }
            const auto target = unpacked(fs::read_symlink(link));
            const bool is_renamed = is_packed(link) && !is_there(unpacked(link));
            fs::remove(link);
            fs::create_symlink(target, is_renamed ? unpacked(link) : link);
            if (is_renamed) {
                gone.insert(link);
                is_settled = false;
            }
            return true;
        });
    }
}

} // namespace

void unpack_documents(const fs::path& tree, const Fd& base)
{
    const auto root = fs::canonical(tree);
    if (auto gone = unpack(packed_documents(root, base)); !gone.empty()) {
        let_links_follow(root, std::move(gone));
    }
}

} // namespace qpkg::build
