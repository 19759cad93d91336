// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/fd.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace qpkg::erofs {

/// What a writer needs of one object.
struct Opened {
    Fd fd;            ///< to clone from; empty when nothing is cloned
    std::string tail; ///< bytes that go into metadata
};

/// Opens objects on a second thread while the first one clones: half of the time goes into each. Objects come in order,
/// a bounded number ahead. What the other thread throws is thrown by `next`.
class ReadAhead {
public:
    /// `open` is called with 0, 1 … count - 1 on the other thread.
    ReadAhead(std::size_t count, std::function<Opened(std::size_t)> open);
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;
    ~ReadAhead();

    /// The next object; called `count` times.
    Opened next();

private:
    using Batch = std::vector<Opened>;

    void run();
    /// False when the reader has gone.
    bool hand_over(Batch batch);
    Batch take();

    std::size_t count_;
    std::function<Opened(std::size_t)> open_;
    Batch current_;
    std::size_t position_ = 0;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Batch> ready_;
    std::exception_ptr failure_;
    bool stopped_ = false;
    std::thread thread_; ///< last: it uses everything above
};

} // namespace qpkg::erofs
