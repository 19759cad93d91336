// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what a delta made looks like a repository. The import has one way in, with its hashes, budgets and rules. A
// second one for objects that "are known to be right" would be where a hostile delta goes. So made objects are put into
// the form that is served, at no compression when nobody transfers them, and what the delta does not have is asked of
// the real repository, by the same calls.
#pragma once

#include "adapters/ostree/object_directory.hpp"
#include "adapters/ostree/served/inflate.hpp"

#include "qpkg/ports/delta.hpp"

namespace qpkg::delta {

/// Hands out the objects of a bare-user repository in the form of an archive repository, so that an import cannot tell
/// them from a web server's, and treats them like these.
class MadeObjects final : public AppliedDelta {
public:
    /// `level` is zlib's, 0 to 9.
    MadeObjects(const std::filesystem::path& repository, std::uint64_t transferred, Fetcher& rest, int level)
        : objects_(repository), deflater_(level), transferred_(transferred), rest_(rest)
    {
    }

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override;
    std::optional<std::string> look_for(const std::string& path, std::uint64_t cap) override;
    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override;

    std::uint64_t transferred() const override { return transferred_; }
    std::uint64_t made() const override { return made_; }

private:
    using Output = std::function<void(std::span<const std::uint8_t>)>;

    /// False when it was not made here.
    bool serve(const std::string& path, const Output& output);
    void serve_content(int fd, const Output& output);

    ostree::ObjectDirectory objects_;
    ostree::Deflater deflater_;
    std::uint64_t transferred_;
    std::uint64_t made_ = 0;
    Fetcher& rest_;
};

} // namespace qpkg::delta
