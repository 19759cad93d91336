// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why dom0 takes objects raw. The hash of an object covers its uncompressed bytes. Compressed ones have to be inflated
// before their hash can be known: that is zlib, run on bytes that anybody may have sent. Raw bytes are hashed as they
// come, and parsed when the hash matched. Before that only the length of the header is read, which is capped.
#pragma once

#include "adapters/ostree/incoming.hpp"

#include "qpkg/core/sparse_file.hpp"

#include <memory>
#include <optional>

namespace qpkg::ostree {

/// An object that comes as the bytes its name is the hash of: staged and hashed in one pass, and parsed only after the
/// hash matched. Of the header nothing but its length is looked at before.
class IncomingRaw final : public Incoming {
public:
    IncomingRaw(const ObjectDirectory& objects, const Digest& id, Budget& budget);

    void feed(std::span<const std::uint8_t> bytes) override;
    ObjectFacts finish() override;

    std::uint64_t transferred() const override { return transferred_; }
    const std::string& target() const override { return target_; }

private:
    void take_header(std::span<const std::uint8_t>& bytes);

    const ObjectDirectory& objects_;
    Digest id_;
    Budget& budget_;
    LeadingHeader leading_;
    std::unique_ptr<ContentDigest> digest_; ///< there as soon as the header has come
    Fd staged_;
    std::optional<files::SparseWriter> writer_; ///< of its content
    std::string target_;
    std::uint64_t transferred_ = 0;
};

} // namespace qpkg::ostree
