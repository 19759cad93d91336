// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a base is hashed again before its volume is made. Nobody has signed what the root of a base must be, and a volume
// that was made of a damaged object would be right by definition. So every object of the new commit is read, and what
// is damaged is taken from the tree again. The writer lock is taken only after archives and mirrors have taken their
// time.
#pragma once

#include "app/world.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

struct BaseRequest {
    std::string id;                          ///< as typed: "debian-12"
    std::string mirror;                      ///< of its packages; empty: the distribution's own
    std::filesystem::path keyring = {};      ///< of those who sign them; empty: the distribution's
    std::vector<std::string> packages = {};  ///< that it shall have besides, with what they need
    std::optional<std::uint64_t> level = {}; ///< nothing: that of the base that is here, else 1
    std::string as;                          ///< its id; empty: that of the distribution, in the namespace "local"
    std::filesystem::path out;               ///< a directory that receives it for `publish`; empty: none
};

struct BaseImport {
    std::filesystem::path archive; ///< a tar of a root file system
    std::string id;                ///< empty: from its os-release
    std::optional<std::uint64_t> level = {};
    std::filesystem::path out; ///< as above
};

struct BaseReport {
    Base base;
    std::uint64_t size;                   ///< bytes of distinct file contents
    std::uint64_t shared;                 ///< bytes of the volume that the object store holds anyway
    bool unchanged;                       ///< the base was here, byte for byte the same
    std::filesystem::path directory = {}; ///< for `publish`: where it was asked for
};

/// Takes the writer lock. Called when everything from outside is here: an archive or a mirror may take its time.
using BeginWriting = std::function<void()>;

/// What `build_base` would make, before anybody was asked for packages. Errors: not_found (no such base; near names).
BaseId plan_base(const World& world, const BaseRequest& request);

/// Makes a base from its distribution's packages, checked against its keys, with its volume; durable on return. Errors:
/// not_found (no such base; near names), usage (no name of a package; a level below that of the base here), failed
/// (mirror unreachable, no such package), conflict (it takes back what the base here gives, within its level),
/// no_space.
BaseReport build_base(World& world, const BaseRequest& request, const BeginWriting& begin_writing);

/// Makes a base from any distribution's root file system. Errors as unpacking has them.
BaseReport import_base(World& world, const BaseImport& request, const BeginWriting& begin_writing);

} // namespace qpkg::app
