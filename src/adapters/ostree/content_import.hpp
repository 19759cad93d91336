// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/incoming.hpp"
#include "adapters/ostree/inflate.hpp"

#include "qpkg/core/sparse_file.hpp"
#include "qpkg/ports/fetcher.hpp"
#include "qpkg/ports/progress.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace qpkg::ostree {

/// What becomes of the content of an archive object once it is inflated.
enum class Keep {
    content, ///< it is staged as an object of the store
    nothing, ///< it is checked, no more
};

/// One archive object on its way in: header, then content as it inflates, hashed, measured and staged in one pass.
class IncomingFile final : public Incoming {
public:
    IncomingFile(const ObjectDirectory& objects, const Digest& id, Budget& budget, Inflater& inflater,
                 Keep keep = Keep::content);

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
    Inflater& inflater_;
    Keep keep_;
    std::string header_bytes_;
    ArchiveHeader header_{};
    std::unique_ptr<ContentDigest> digest_; ///< there as soon as the header is known
    Fd staged_;
    std::optional<files::SparseWriter> writer_; ///< of its content
    std::uint64_t written_ = 0;
    std::uint64_t transferred_ = 0;
};

/// Fetches content objects and stages them.
class ContentImport final : public FetchSink {
public:
    using Arrived = std::function<void(ObjectFacts facts, const std::string& target)>;

    ContentImport(const ObjectDirectory& objects, Budget& budget, Progress& progress, Arrived arrived);

    void run(std::span<const Digest> wanted, Fetcher& from);

    std::uint64_t fetched_objects() const { return fetched_objects_; }
    std::uint64_t fetched_bytes() const { return fetched_bytes_; }

    void data(std::size_t index, std::span<const std::uint8_t> bytes) override;
    void complete(std::size_t index) override;
    void absent(std::size_t index) override;

private:
    struct Transfer {
        std::unique_ptr<Inflater> inflater; ///< of compressed content
        std::unique_ptr<Incoming> file;
    };
    Transfer& transfer(std::size_t index);
    std::unique_ptr<Inflater> take_inflater();

    const ObjectDirectory& objects_;
    Budget& budget_;
    Progress& progress_;
    Arrived arrived_;
    std::span<const Digest> wanted_;
    ContentForm form_ = ContentForm::compressed;
    std::unordered_map<std::size_t, Transfer> transfers_; ///< those that have begun and not ended
    std::vector<std::unique_ptr<Inflater>> idle_;
    std::uint64_t fetched_objects_ = 0;
    std::uint64_t fetched_bytes_ = 0;
};

} // namespace qpkg::ostree
