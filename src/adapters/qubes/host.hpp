// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the host is inspected and not repaired. What gives qubes their disks is a file that Qubes lets anybody override,
// for all qubes or for one by name. Such a file is somebody's decision, and wins silently. So `doctor` says what it
// keeps from qubes, and how the two can live together.
#pragma once

#include "qpkg/ports/hypervisor.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The files of dom0 that the qubes backend lives by, and those that can stand before them.
namespace qpkg::qubes {

/// What is wrong with the libvirt template, the policy and the files that win over them. `system` is / but in tests;
/// `images` is where the volumes really lie.
std::vector<HostFault> inspect_host(const std::filesystem::path& system, const std::filesystem::path& images,
                                    std::span<const QubeName> qubes);

/// The features that the policy of `text` (the lines of a policy file) does not keep from other qubes, "qpkg.slot.a".
std::vector<std::string> unguarded_features(std::string_view text);

/// True where a template brings our disks along, itself or by extending ours.
bool keeps_our_disks(std::string_view libvirt_template);

/// Keeps the loop devices on images in this directory out of the device lists of Qubes.
void hide_images(const std::filesystem::path& directory);

} // namespace qpkg::qubes
