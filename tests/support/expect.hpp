// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/error.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace qpkg::testing {

struct Failure {
    Code code;
    std::string message;
    std::string hint;
};

/// What `action` threw, nothing when it went through.
template <class Action>
std::optional<Failure> failure_of(Action&& action)
{
    try {
        action();
        return std::nullopt;
    } catch (const Error& error) {
        return Failure{error.code(), error.what(), error.hint()};
    }
}

} // namespace qpkg::testing

/// The action must throw Error with this code and a message that contains `words`.
#define CHECK_FAILS(expected_code, words, ...)                                                                         \
    do {                                                                                                               \
        const auto failure_ = ::qpkg::testing::failure_of([&] { __VA_ARGS__; });                                       \
        REQUIRE_MESSAGE(failure_.has_value(), "went through: " #__VA_ARGS__);                                          \
        CHECK_MESSAGE(failure_->code == (expected_code), failure_->message);                                           \
        CHECK_MESSAGE(failure_->message.find(words) != std::string::npos, failure_->message);                          \
    } while (false)
