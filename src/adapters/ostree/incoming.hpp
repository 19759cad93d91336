// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/file_object.hpp"
#include "adapters/ostree/object_directory.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace qpkg::ostree {

/// The most that deflate adds to content it cannot compress, with room for the header.
constexpr std::uint64_t compressed_cap(std::uint64_t size) { return size + size / 1000 + 128 * 1024; }

/// Counts content against what the manifest announced. Error no_space over it.
class Budget {
public:
    explicit Budget(std::uint64_t bytes) : bytes_(bytes) {}

    void take(std::uint64_t size);
    std::uint64_t taken() const { return taken_; }
    std::uint64_t total() const { return bytes_; }

private:
    std::uint64_t bytes_;
    std::uint64_t taken_ = 0;
};

/// The header that a content object begins with, gathered as it comes: its length, then as many bytes.
class LeadingHeader {
public:
    /// Takes what belongs to it off the front; true when it is whole.
    bool take(std::span<const std::uint8_t>& bytes);
    /// With its length.
    const std::string& bytes() const { return bytes_; }
    std::span<const std::uint8_t> without_length() const;

private:
    std::string bytes_;
};

/// One content object on its way into the store.
class Incoming {
public:
    virtual ~Incoming() = default;

    virtual void feed(std::span<const std::uint8_t> bytes) = 0;
    /// Everything came: checks it against its name and completes the staged file.
    virtual ObjectFacts finish() = 0;

    virtual std::uint64_t transferred() const = 0;
    /// Of a symlink that came in whole.
    virtual const std::string& target() const = 0;
};

/// Begins with one object. The budget outlives it.
using Intake =
    std::function<std::unique_ptr<Incoming>(const ObjectDirectory& objects, const Digest& id, Budget& budget)>;

} // namespace qpkg::ostree
