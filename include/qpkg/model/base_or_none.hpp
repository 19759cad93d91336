// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace qpkg {

/// What a module stands on: a base, or none where it brings its own root (a whole view). In formats and for people
/// "none", which no base is called.
class BaseOrNone {
public:
    static constexpr std::string_view none_word = "none";

    static BaseOrNone none() { return BaseOrNone(); }
    BaseOrNone(BaseId base) : base_(std::move(base)) {} // NOLINT(google-explicit-constructor): each base is one

    static std::optional<BaseOrNone> parse(std::string_view text);
    /// Error as that of BaseId.
    static BaseOrNone require(std::string_view text, Code code = Code::usage);

    bool is_none() const noexcept { return !base_.has_value(); }
    /// Whether it has a place where `there` is the base: who brings a root has one on each.
    bool fits(const BaseId& there) const { return !base_ || *base_ == there; }
    const std::optional<BaseId>& base() const noexcept { return base_; }
    std::string text() const { return base_ ? base_->text() : std::string(none_word); }

    friend auto operator<=>(const BaseOrNone&, const BaseOrNone&) = default;
    friend bool operator==(const BaseOrNone&, const BaseOrNone&) = default;
    /// `fits` is what is meant.
    friend bool operator==(const BaseOrNone&, const BaseId&) = delete;

private:
    BaseOrNone() = default;

    std::optional<BaseId> base_{};
};

} // namespace qpkg
