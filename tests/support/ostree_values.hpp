// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/ostree_objects.hpp"

#include <sys/stat.h>

/// Good OSTree objects for tests to spoil.
namespace qpkg::testing {

inline Digest a_digest(char digit) { return *Digest::from_hex(std::string(64, digit)); }

inline ostree::Commit a_commit()
{
    return {.metadata = {{"ostree.ref-binding", std::vector<std::string>{"app/org.example.hello/x86_64/stable"}},
                         {"qpkg.app", std::string("org.example.hello")}},
            .parent = std::nullopt,
            .subject = "org.example.hello 1.0-1",
            .body = "",
            .timestamp = 1'700'000'000,
            .tree = a_digest('a'),
            .meta = a_digest('b')};
}

inline ostree::DirTree a_dirtree()
{
    return {.files = {{"README", a_digest('1')}, {"hello", a_digest('2')}},
            .directories = {{"doc", a_digest('3'), a_digest('4')}, {"lib", a_digest('5'), a_digest('4')}}};
}

inline ostree::DirMeta a_dirmeta() { return {0, 0, S_IFDIR | 0755, {}}; }
inline ostree::FileHeader a_file() { return {0, 0, S_IFREG | 0644, 0, "", {}}; }
inline ostree::FileHeader a_link(std::string target) { return {0, 0, S_IFLNK | 0777, 0, std::move(target), {}}; }

} // namespace qpkg::testing
