// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/pipeline/at_once.hpp"

#include "qpkg/core/interrupt.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace qpkg::app {

std::vector<std::optional<Error>> do_at_once(std::size_t workers, std::size_t count,
                                             const std::function<void(std::size_t)>& work)
{
    std::vector<std::exception_ptr> thrown(count);
    std::atomic<std::size_t> next = 0;
    const auto go_on = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                interrupt::throw_if_requested();
                work(i);
            } catch (...) {
                thrown[i] = std::current_exception();
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < std::min(workers, count); ++i) {
            threads.emplace_back(go_on);
        }
    }
    interrupt::throw_if_requested();
    std::vector<std::optional<Error>> failures(count);
    for (std::size_t i = 0; i < count; ++i) {
        try {
            if (thrown[i]) {
                std::rethrow_exception(thrown[i]);
            }
        } catch (const Error& error) {
            failures[i] = error;
        }
    }
    return failures;
}

} // namespace qpkg::app
