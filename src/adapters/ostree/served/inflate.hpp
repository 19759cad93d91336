// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace qpkg::ostree {

/// Raw deflate, as archive repositories compress content. Error corrupt for anything malformed.
class Inflater {
public:
    Inflater();
    ~Inflater();
    Inflater(Inflater&&) noexcept;

    void restart();
    /// Hands the output over in pieces. Bytes after the end of the stream are Error corrupt.
    void feed(std::span<const std::uint8_t> compressed,
              const std::function<void(std::span<const std::uint8_t>)>& output);
    bool at_end() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// zlib's level for the files of an archive repository, as stock OSTree: the same content is the same file everywhere.
inline constexpr int archive_compression = 6;

class Deflater {
public:
    /// zlib's level, 0 to 9.
    explicit Deflater(int level);
    ~Deflater();

    void restart();
    void feed(std::span<const std::uint8_t> bytes, const std::function<void(std::span<const std::uint8_t>)>& output);
    void finish(const std::function<void(std::span<const std::uint8_t>)>& output);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace qpkg::ostree
