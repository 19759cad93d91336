// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/private_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace qpkg::build {
namespace {

/// Known by their names, for scripts make them readable: host keys and certificates.
constexpr std::array<std::string_view, 3> known_secrets{"/etc/ssh/ssh_host_", "/etc/ssl/private/ssl-cert-snakeoil.key",
                                                        "/etc/ssl/certs/ssl-cert-snakeoil.pem"};

constexpr std::array<std::string_view, 7> public_suffixes{".pub", ".crt", ".cert", ".cer", ".der", ".pem", ".csr"};
constexpr std::array<std::string_view, 2> private_words{"private", "secret"};

bool is_known_secret(std::string_view path)
{
    return std::ranges::any_of(known_secrets, [&](std::string_view start) { return path.starts_with(start); });
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Where the public half of a private key lies: rsa_key.pub beside rsa_key, server.crt beside server.key,
/// hs_public_key beside hs_secret_key.
std::set<std::string> public_halves(const std::string& path)
{
    const auto start = path.rfind('/') + 1;
    const auto dot = path.rfind('.');
    const auto stem = dot == std::string::npos || dot <= start ? path : path.substr(0, dot);
    std::set<std::string> halves;
    for (const auto suffix : public_suffixes) {
        halves.insert(path + std::string(suffix));
        halves.insert(stem + std::string(suffix));
    }
    for (const auto word : private_words) {
        if (const auto at = path.rfind(word); at != std::string::npos && at >= start) {
            halves.insert(std::string(path).replace(at, word.size(), "public"));
        }
    }
    return halves;
}

/// Directories that not everybody may enter.
class ClosedDirectories {
public:
    void take(const TreeEntry& entry)
    {
        if ((entry.mode & 0001U) == 0 || closed_.contains(parent_of(entry.path))) {
            closed_.insert(entry.path);
        }
    }
    bool hide(const TreeEntry& entry) const { return closed_.contains(parent_of(entry.path)); }

private:
    std::set<std::string> closed_;
};

} // namespace

std::map<std::string, std::string> find_private_files(const std::vector<TreeEntry>& entries,
                                                      const PackageFiles& packages)
{
    std::map<std::string, std::string> found;
    std::set<std::string> halves;
    ClosedDirectories closed;
    const auto is_made_here = [&](const TreeEntry& entry) {
        return entry.kind == EntryKind::file && entry.in_base != InBase::the_same && !packages.lists(entry.path);
    };
    for (const auto& entry : entries) {
        if (entry.kind == EntryKind::directory) {
            closed.take(entry);
        }
        if (is_known_secret(entry.path)) {
            found.emplace(entry.path, "made for one machine: left out");
        } else if (is_made_here(entry) && ((entry.mode & 0004U) == 0 || closed.hide(entry))) {
            found.emplace(entry.path, fmt::format("mode {:04o}{}, made by a script: not for everybody, so left out",
                                                  entry.mode, closed.hide(entry) ? " in a closed directory" : ""));
            halves.merge(public_halves(entry.path));
        }
    }
    for (const auto& entry : entries) {
        if (is_made_here(entry) && halves.contains(entry.path)) {
            found.emplace(entry.path, "public half of a key that was left out: left out, too");
        }
    }
    return found;
}

} // namespace qpkg::build
