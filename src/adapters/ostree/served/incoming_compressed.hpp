// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/incoming.hpp"
#include "adapters/ostree/served/inflate.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/sparse_file.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::ostree {

/// Used again and again: to start one costs more than a small file.
class Inflaters {
public:
    std::unique_ptr<Inflater> take();
    void give_back(std::unique_ptr<Inflater> inflater) { idle_.push_back(std::move(inflater)); }

private:
    std::vector<std::unique_ptr<Inflater>> idle_;
};

/// What becomes of the content of an archive object once it is inflated.
enum class Keep {
    content, ///< it is staged as an object of the store
    nothing, ///< it is checked, no more
};

/// One archive object on its way in: header, then content as it inflates, hashed, measured and staged in one pass.
class IncomingCompressed final : public Incoming {
public:
    IncomingCompressed(const ObjectDirectory& objects, const Digest& id, Budget& budget,
                       std::shared_ptr<Inflaters> inflaters, Keep keep = Keep::content);
    ~IncomingCompressed() override;

    void feed(std::span<const std::uint8_t> bytes) override;
    ObjectFacts finish() override;

    std::uint64_t transferred() const override { return transferred_; }
    const std::string& target() const override { return header_.file.target; }

private:
    void take_header(std::span<const std::uint8_t>& bytes);
    void begin_content();
    void write(std::span<const std::uint8_t> content);

    const ObjectDirectory& objects_;
    Digest id_;
    Budget& budget_;
    std::shared_ptr<Inflaters> inflaters_;
    std::unique_ptr<Inflater> inflater_;
    Keep keep_;
    LeadingHeader leading_;
    ArchiveHeader header_{};
    std::optional<Error> refusal_; ///< said when it is known that the header is its publisher's: it may be damaged
    std::unique_ptr<ContentDigest> digest_; ///< there as soon as the header is known
    Fd staged_;
    std::optional<files::SparseWriter> writer_; ///< of its content
    std::uint64_t written_ = 0;
    std::uint64_t transferred_ = 0;
};

/// For a content store: what is served compressed is inflated on the way in.
Intake inflating();

} // namespace qpkg::ostree
