// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/inflate.hpp"
#include "adapters/ostree/object_directory.hpp"
#include "adapters/ostree/stored_tree.hpp"

#include "qpkg/ports/content_store.hpp"

#include <filesystem>
#include <string>

namespace qpkg::ostree {

/// An archive repository: what web servers serve. Contents are compressed (.filez); objects come first, then
/// signatures, the commit, the ref and the summary, so that a reader never sees a name without what it names.
class Archive {
public:
    /// Made when there is none.
    explicit Archive(const std::filesystem::path& directory);

    /// Compresses what is missing. Returns the bytes of the commit's objects as served.
    std::uint64_t add_from_store(const ObjectDirectory& store, const CommitId& id, Progress& progress);
    /// Links or copies what is missing from another archive.
    std::uint64_t add_from_archive(const ObjectDirectory& other, const CommitId& id, Progress& progress);

    /// With a signer the commit gets that one signature, else those that `other` has.
    void publish(const ObjectDirectory& other, const CommitId& id, const std::string& ref, const CommitSigner* signer);

private:
    void compress(const ObjectDirectory& store, const Digest& content);
    void link(const ObjectDirectory& other, const ObjectName& name);
    void copy_metadata(const ObjectDirectory& other, const ObjectName& name);
    std::uint64_t served_bytes(const std::vector<ObjectName>& names) const;

    ObjectDirectory objects_;
    Deflater deflater_;
};

} // namespace qpkg::ostree
