// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why mode and owner lie in an attribute. An object's name covers them, and a store that gave its files these modes
// would hold setuid files of root, for anybody on the host to run. In mode bare-user the file on disk is plain, and the
// attribute says what it stands for. A symbolic link is a plain file as well: so nothing in the store leads anywhere.
#pragma once

#include "adapters/ostree/content_digest.hpp"
#include "adapters/ostree/object_directory.hpp"

#include "qpkg/ports/object_reader.hpp"

#include <string>

/// Content objects of a bare-user repository: a regular file with the content (a symlink's target and a zero), owner
/// and mode in the extended attribute `user.ostreemeta` (a DirMeta), time stamp 0, never setuid on disk.
namespace qpkg::ostree {

/// What is known of one content object; `leaves` as ContentDigest makes them.
struct ObjectFacts {
    Digest id;
    std::uint64_t size;
    NodeKind kind;
    std::uint16_t mode; ///< permission bits
    std::string leaves;
};

/// The header of the object in `fd`; a symlink's target is read.
FileHeader read_header(int fd);
bool has_header(int fd);
/// Of a symlink's object. Error corrupt when its bytes can be none.
std::string read_target(int fd);
/// Bytes of content: the file's size, for a symlink its target's.
std::uint64_t content_size(int fd, const FileHeader& header);

/// Gives a file with the content of the object its attribute, mode and time.
void write_attributes(int fd, const FileHeader& header);

/// Reads and hashes the object in `fd`; Error corrupt when it is not `id`.
ObjectFacts hash_object(int fd, const Digest& id);
/// As `hash_object`, for a header that is not the file's own: the name is what it comes to, compared with nothing.
ObjectFacts hash_as(int fd, const FileHeader& header);
ObjectFacts facts_of(const FileHeader& header, ContentDigest::Result result);

} // namespace qpkg::ostree
