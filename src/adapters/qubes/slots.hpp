// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a slot is two kinds of features, set in an order. One names the volume: it becomes a disk. The others announce
// the apps on it. There is no transaction over features, so a crash may come between any two calls. A new volume
// therefore takes a free letter: its disk, then its notices, before the old ones go; while both are there the lower
// letter counts, so the app is at its old release or at its new one, never gone. No notice ever lies beside another
// volume's disk. Only without a free letter is there a moment without the app.
//
// What somebody else wrote there and makes no sense is shown as an unknown slot, which nobody wants: so it is replaced
// by the ordinary difference between wanted and actual.
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A qube's slots as its features keep them, see "Features on Qubes" in repo-format/guest/announcement.md: for slot `a`
///   qpkg.slot.a        the volume's root: the libvirt template makes a disk of it at the next start
///   vm-config.qpkg-a   what the qube is told, at once and at each start; of a composed volume with several apps
///                      vm-config.qpkg-a0, -a1 …
namespace qpkg::qubes {

constexpr std::size_t most_slots = 26;  ///< letters a to z
constexpr std::size_t most_apps = 1000; ///< of one volume

using Letter = char;
using Features = std::map<std::string, std::string>; ///< of one qube
/// The apps of one volume, ascending by app.
using Group = std::vector<VolumeSlot>;

/// "qpkg.slot.a", "vm-config.qpkg-a", "xvdqa".
std::string disk_feature(Letter letter);
std::string notice_feature(Letter letter, std::string_view number = "");
std::string front_end(Letter letter);
/// The letter of "xvdqa"; nothing for a disk that is not ours.
std::optional<Letter> letter_of_front_end(std::string_view device);

/// True for the features of any slot, for those that become disks.
bool is_slot_feature(std::string_view name);
bool is_disk_feature(std::string_view name);

/// What the features ask for. A letter that makes no sense has one `unknown_slot`: nobody wants such a one, so it is
/// replaced.
std::map<Letter, Group> slots_of(const Features& features);

/// Stands for something at `letter` that is no volume this machine knows.
VolumeSlot unknown_slot(Letter letter, const std::optional<VolumeId>& volume = std::nullopt);

struct FeatureChange {
    std::string name;
    std::optional<std::string> value; ///< nothing: take it away

    friend bool operator==(const FeatureChange&, const FeatureChange&) = default;
};

/// The calls that make `features` ask for `slots`, in their order. `busy`: letters that a running qube has disks at.
/// A volume that takes the place of another takes a free letter: its disk, then its notices, are set before the old
/// ones go, so that a crash leaves each app at its old release or at the new one (the lower letter counts while both
/// are there). Only without a free letter is there a moment without the app.
std::vector<FeatureChange> plan_features(const Features& features, std::span<const VolumeSlot> slots,
                                         const std::set<Letter>& busy);

/// Where a running qube gets `volume`: where the features say, else at the first letter neither they nor a disk take.
std::optional<Letter> letter_for(const Features& features, const VolumeId& volume, const std::set<Letter>& busy);

} // namespace qpkg::qubes
