// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why an app is more than the packages that its recipe names. Distributions cut one program into several packages
// (vlc and vlc-bin), make packages that only require others (wireshark), and put what a program starts elsewhere
// (`latex` is a link to a program of texlive-binaries, npm's commands begin with "#!/usr/bin/env node"). Who installed
// the named package there could type all of it. What a package merely needs is no relative: a closure of a hundred
// libraries brings hundreds of commands that nobody asked for.
#pragma once

#include "build/package_files.hpp"

#include "qpkg/ports/package_source.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace qpkg::build {

/// What commands, menu entries and the like lead to: path of the module → the programs that it starts (its links, what
/// runs it, what its Exec line says), absolute and each step of a link.
using StartedPrograms = std::map<std::string, std::set<std::string>>;

/// The packages whose names belong to the app beside those of the `named` packages, ascending: what a named package
/// requires that has no command and no menu entry itself (`starts` has none of its files); the packages of what all
/// these start; and with each of them what was built from the same source.
std::set<std::string> relatives_of(const std::vector<std::string>& named, std::span<const InstalledPackage> installed,
                                   const PackageFiles& files, const StartedPrograms& starts);

} // namespace qpkg::build
