// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the host is inspected and not repaired. What gives qubes their disks is a file that Qubes lets anybody override,
// for all qubes or for one by name. Such a file is somebody's decision, and wins silently. So `doctor` says what it
// keeps from qubes, and how the two can live together.
#pragma once

#include "qpkg/ports/hypervisor.hpp"

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The files of dom0 that the qubes backend lives by, and those that can stand before them.
namespace qpkg::qubes {

/// What is wrong with the libvirt template, the policy, the files that win over them, and the store. `system` is / but
/// in tests; `store` is where `volumes` and `attached` really lie; `notices` are the composed notices that qubes have.
std::vector<HostFault> inspect_host(const std::filesystem::path& system, const std::filesystem::path& store,
                                    std::span<const QubeName> qubes, const std::set<std::string>& notices);

/// The features that the policy of `text` (the lines of policy files, in their order) does not keep from other qubes:
/// of those that are always there, and of `notices`.
std::vector<std::string> unguarded_features(std::string_view text, const std::set<std::string>& notices = {});

/// True where a template brings our disks along, itself or by extending ours.
bool keeps_our_disks(std::string_view libvirt_template);

/// Keeps the loop devices on images in this directory out of the device lists of Qubes.
void hide_images(const std::filesystem::path& directory);

} // namespace qpkg::qubes
