// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a fetcher knows no protocol and no trust. It brings the bytes of a path below a repository, up to a cap that the
// caller knows, or says that they are not there. So web servers, directories, bundles and deltas can stand for each
// other, and what is believed is decided in one place behind it. "Not there" and "could not be asked" are told apart
// everywhere: one is an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace qpkg {

struct FetchRequest {
    std::string path;  ///< relative to the repository: "ostree/objects/ab/cdef….filez"
    std::uint64_t cap; ///< bytes; a longer answer is Error no_space
};

/// Takes what `Fetcher::get_many` brings. `index` is the request's place in the span.
class FetchSink {
public:
    virtual ~FetchSink() = default;

    virtual void data(std::size_t index, std::span<const std::uint8_t> bytes) = 0;
    virtual void complete(std::size_t index) = 0;
    virtual void absent(std::size_t index) = 0;
};

/// How file contents are served.
enum class ContentForm {
    compressed, ///< "….filez": header, then deflated content
    raw,        ///< "….file": the very bytes that the object's name is the hash of
};

/// Reads the static files of one repository. Brings bytes, believes nothing.
/// Errors: failed (unreachable, time-out, broken transfer: names the URL), no_space (over the cap).
class Fetcher {
public:
    virtual ~Fetcher() = default;

    /// Nothing when the file is not there (ENOENT, 404).
    virtual std::optional<std::string> get(const std::string& path, std::uint64_t cap) = 0;
    /// As `get`, for a file whose absence is normal: a server that hides what it has not (403) says no more than that.
    virtual std::optional<std::string> look_for(const std::string& path, std::uint64_t cap) { return get(path, cap); }

    virtual ContentForm content_form() const { return ContentForm::compressed; }

    /// Several at once, interleaved and in any order; an exception from the sink ends all transfers.
    virtual void get_many(std::span<const FetchRequest> requests, FetchSink& sink) = 0;
};

} // namespace qpkg
