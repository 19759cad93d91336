// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qpkg {

/// Tells a person how far a long step is. Never fails, never prompts, may ignore everything.
class Progress {
public:
    virtual ~Progress() = default;

    /// `stage` is one word ("fetch", "volume"), `subject` names the thing; `total` in bytes or items, 0 when unknown.
    virtual void begin(std::string_view stage, std::string_view subject, std::uint64_t total) noexcept = 0;
    virtual void advance(std::uint64_t amount) noexcept = 0;
    /// `summary` is what remains on the screen: "46.2 MiB, 38.0 MiB shared".
    virtual void end(std::string_view summary) noexcept = 0;
};

/// For callers that show nothing.
class NoProgress final : public Progress {
public:
    void begin(std::string_view, std::string_view, std::uint64_t) noexcept override {}
    void advance(std::uint64_t) noexcept override {}
    void end(std::string_view) noexcept override {}
};

/// Tells the stages of a step that only knows digests under the name that people know.
class NamedProgress final : public Progress {
public:
    NamedProgress(Progress& target, std::string_view name) : target_(target), name_(name) {}

    void begin(std::string_view stage, std::string_view, std::uint64_t total) noexcept override
    {
        target_.begin(stage, name_, total);
    }
    void advance(std::uint64_t amount) noexcept override { target_.advance(amount); }
    void end(std::string_view summary) noexcept override { target_.end(summary); }

private:
    Progress& target_;
    std::string name_;
};

} // namespace qpkg
