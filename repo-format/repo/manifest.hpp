// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the manifest pins the volume, not only the commit. A commit says which files there are, a volume's root says
// which disk a qube gets, byte for byte. With both signed, a machine that made another image of the same files, for a
// fault of its own or of its disk, notices before a qube does. Members that are unknown are ignored, so that a newer
// publisher can add what older machines do not need; what changes the meaning needs a new schema number.
#pragma once

#include "qpkg/model/release.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// The release manifest: one release of one app. Normative text: repo-format/repo/manifest.md.
namespace qpkg {

inline constexpr std::size_t largest_manifest = 64 * 1024; ///< bytes
inline constexpr std::size_t longest_text = 400;           ///< characters of a version, summary, name or path
inline constexpr std::size_t most_limits = 32;

/// Errors: corrupt (not canonical, a member missing, malformed or contradicting another), no_space (over 64 KiB),
/// unsupported (schema of a newer qpkg). Unknown members are ignored.
Release parse_manifest(std::string_view bytes);

/// Canonical bytes. Errors: no_space when the release does not fit into 64 KiB, usage for text that signed metadata
/// cannot hold (see canonical::to_text).
std::string encode_manifest(const Release& release);

/// What rebuilders say that it came out, and what stays when a release goes from one channel to another: the manifest
/// without channel, sequence, deltas and what depends on how it is carried. Normative: repo-format/repo/manifest.md.
Digest core_of(const Release& release);

/// What repositories call the commit: `tree.ref` with the release's own channel. A commit is bound to the channel that
/// every release is on its way to, so that the same commit can be promoted.
std::string served_ref(const Release& release);

/// Bytes that an export takes of a manifest. Errors as `encode_manifest`.
std::size_t size_in_manifest(const AppId& app, const Export& made);

/// "capabilities", "setgid", "setuid".
std::string_view right_word(Right right);

/// Where the manifest of a release lies below `targets/`, without the hash: "org.example/hello/x86_64/stable-41.json".
std::string target_path(const AppId& app, const Arch& arch, const Channel& channel, std::uint64_t sequence);

/// The file of a target in a repository: "targets/org.example/hello/x86_64/<sha256>.stable-41.json".
std::string target_file(std::string_view target_path, const Digest& sha256);

} // namespace qpkg
