// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/incoming.hpp"

#include "qpkg/ports/fetcher.hpp"
#include "qpkg/ports/progress.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

namespace qpkg::ostree {

/// Fetches content objects and stages them.
class ContentImport final : public FetchSink {
public:
    using Arrived = std::function<void(ObjectFacts facts, const std::string& target)>;

    /// `compressed` takes in what is served compressed; empty: this is Error unsupported.
    ContentImport(const ObjectDirectory& objects, const Intake& compressed, Budget& budget, Progress& progress,
                  Arrived arrived);

    void run(std::span<const Digest> wanted, Fetcher& from);

    std::uint64_t fetched_objects() const { return fetched_objects_; }
    std::uint64_t fetched_bytes() const { return fetched_bytes_; }

    void data(std::size_t index, std::span<const std::uint8_t> bytes) override;
    void complete(std::size_t index) override;
    void absent(std::size_t index) override;

private:
    Incoming& transfer(std::size_t index);

    const ObjectDirectory& objects_;
    const Intake& compressed_;
    Budget& budget_;
    Progress& progress_;
    Arrived arrived_;
    std::span<const Digest> wanted_;
    ContentForm form_ = ContentForm::compressed;
    std::unordered_map<std::size_t, std::unique_ptr<Incoming>> transfers_; ///< those that have begun and not ended
    std::uint64_t fetched_objects_ = 0;
    std::uint64_t fetched_bytes_ = 0;
};

} // namespace qpkg::ostree
