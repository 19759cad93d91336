// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/read_ahead.hpp"

#include <algorithm>
#include <utility>

namespace qpkg::erofs {
namespace {

/// Large enough that handing over costs nothing, small enough for memory and open files: at most 5 × 32 of each.
constexpr std::size_t batch_size = 32;
constexpr std::size_t batches_ahead = 4;

} // namespace

ReadAhead::ReadAhead(std::size_t count, std::function<Opened(std::size_t)> open)
    : count_(count), open_(std::move(open)), thread_([this] { run(); })
{
}

ReadAhead::~ReadAhead()
{
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void ReadAhead::run()
{
    try {
        for (std::size_t first = 0; first < count_; first += batch_size) {
            Batch batch;
            for (auto i = first; i < std::min(first + batch_size, count_); ++i) {
                batch.push_back(open_(i));
            }
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

bool ReadAhead::hand_over(Batch batch)
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

ReadAhead::Batch ReadAhead::take()
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

Opened ReadAhead::next()
{
    if (position_ == current_.size()) {
        current_ = take();
        position_ = 0;
    }
    return std::move(current_[position_++]);
}

} // namespace qpkg::erofs
