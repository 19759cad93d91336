// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"

namespace qpkg::testing {

/// A complete, valid release; tests change what they are about.
inline Release a_release(std::string_view app = "org.example.hello", std::uint64_t sequence = 1)
{
    const auto id = AppId::require(app);
    return {.app = id,
            .version = "1.0-" + std::to_string(sequence),
            .sequence = sequence,
            .channel = Channel::require("stable"),
            .arch = Arch::require("x86_64"),
            .base = BaseId::require("debian-12"),
            .base_level = 1,
            .summary = "Says hello",
            .tree = {.commit = CommitId(sha256(id.text() + std::to_string(sequence))),
                     .ref = "app/" + id.text() + "/x86_64/stable",
                     .objects = 12,
                     .size = 4096,
                     .archive_size = 2048},
            .volume = {.root = VolumeId(sha256("volume" + id.text() + std::to_string(sequence))),
                       .size = 8192,
                       .format = "erofs-2"},
            .exports = {{.kind = ExportKind::command, .name = short_name(id), .path = "/usr/bin/" + short_name(id)}},
            .needs = {.network = true, .persist = {"~/.hello"}},
            .inputs = {.recipe = sha256("recipe"),
                       .lock = sha256("lock"),
                       .base = CommitId(sha256("base")),
                       .source_date_epoch = 1767225600},
            .details = {sha256("details"), 700, sha256("details.zst"), 300},
            .owners = {sha256("owners"), 900, sha256("owners.zst"), 400}};
}

/// A complete, valid release of a base.
inline Release a_base_release(std::string_view id = "local.debian-12", std::uint64_t sequence = 1)
{
    auto release = a_release(id, sequence);
    release.base = BaseId::require(id);
    release.tree.ref = "base/" + release.app.text() + "/x86_64/stable";
    release.exports.clear();
    release.needs = {};
    release.inputs.base = release.tree.commit;
    release.inputs.agent = sha256("agent");
    return release;
}

} // namespace qpkg::testing
