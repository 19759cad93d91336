// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace qpkg::erofs {

/// File data to be placed: the first `length` bytes of `source` at `target_offset` of the image.
struct Piece {
    Fd source;
    std::uint64_t length;
    std::uint64_t target_offset;
};

/// A second thread opens objects (and writes metadata) while the first one clones: each takes about half of the time.
/// Pieces come in order, a bounded number ahead. What the other thread throws is thrown by `next`.
class PieceQueue {
public:
    using Batch = std::vector<Piece>;

    /// Large enough that handing over costs nothing, small enough for the number of open files.
    static constexpr std::size_t batch_size = 32;

    /// `produce` is called on the other thread until it returns an empty batch.
    explicit PieceQueue(std::function<Batch()> produce);
    PieceQueue(const PieceQueue&) = delete;
    PieceQueue& operator=(const PieceQueue&) = delete;
    ~PieceQueue();

    /// Empty at the end.
    Batch next();

private:
    void run();
    /// False when nobody takes any more.
    bool hand_over(Batch batch);

    std::function<Batch()> produce_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Batch> ready_;
    std::exception_ptr failure_;
    bool stopped_ = false;
    std::thread thread_; ///< last: it uses everything above
};

} // namespace qpkg::erofs
