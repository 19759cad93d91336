// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/digest.hpp"
#include "qpkg/model/id.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace qpkg {

struct ServedObject {
    std::string path;     ///< with contents raw: "ostree/objects/ab/cdef….file"
    Digest sha256;        ///< of its raw bytes; but for signatures, its name
    std::uint64_t length; ///< raw bytes

    friend bool operator==(const ServedObject&, const ServedObject&) = default;
};

/// The objects that a repository on disk serves, raw, for those who carry them somewhere else.
/// Errors: not_found (an object is missing), corrupt (it is not what its name says).
class ServedObjects {
public:
    virtual ~ServedObjects() = default;

    virtual bool has_commit(const CommitId& commit) const = 0;
    /// The commit, its signatures if it has any, its directories, its files in the order of the tree.
    virtual std::vector<ServedObject> objects_of(const CommitId& commit) const = 0;
    /// Hands its raw bytes over in pieces. What was handed over is right only when this returns.
    virtual void read(const ServedObject& object,
                      const std::function<void(std::span<const std::uint8_t>)>& sink) const = 0;
};

} // namespace qpkg
