// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/piece_queue.hpp"

#include <utility>

namespace qpkg::erofs {
namespace {

constexpr std::size_t batches_ahead = 3;

} // namespace

PieceQueue::PieceQueue(std::function<Batch()> produce) : produce_(std::move(produce)), thread_([this] { run(); }) {}

PieceQueue::~PieceQueue()
{
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void PieceQueue::run()
{
    try {
        for (bool more = true; more;) {
            auto batch = produce_();
            more = !batch.empty();
            if (!hand_over(std::move(batch))) {
                return;
            }
        }
    } catch (...) {
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
        changed_.notify_all();
    }
}

bool PieceQueue::hand_over(Batch batch)
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || ready_.size() < batches_ahead; });
    if (stopped_) {
        return false;
    }
    ready_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
}

PieceQueue::Batch PieceQueue::next()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || !ready_.empty(); });
    if (ready_.empty()) {
        std::rethrow_exception(failure_);
    }
    auto batch = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return batch;
}

} // namespace qpkg::erofs
