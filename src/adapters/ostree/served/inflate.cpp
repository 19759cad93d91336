// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/served/inflate.hpp"

#include "qpkg/core/error.hpp"

#include <zlib.h>

#include <array>

namespace qpkg::ostree {
namespace {

constexpr int raw = -MAX_WBITS;
constexpr std::size_t buffer_size = 128 * 1024;
using Output = std::function<void(std::span<const std::uint8_t>)>;

void set_input(z_stream& stream, std::span<const std::uint8_t> bytes)
{
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
}

} // namespace

struct Inflater::State {
    z_stream stream{};
    bool at_end = false;
    std::array<std::uint8_t, buffer_size> buffer; // NOLINT: filled by zlib

    State() // NOLINT
    {
        if (::inflateInit2(&stream, raw) != Z_OK) {
            throw Error(Code::failed, "start to decompress: zlib refused");
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { ::inflateEnd(&stream); }
};

Inflater::Inflater() : state_(std::make_unique<State>()) {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;

void Inflater::restart()
{
    ::inflateReset(&state_->stream);
    state_->at_end = false;
}

bool Inflater::at_end() const noexcept { return state_->at_end; }

void Inflater::feed(std::span<const std::uint8_t> compressed, const Output& output)
{
    auto& stream = state_->stream;
    set_input(stream, compressed);
    while (stream.avail_in > 0 || stream.avail_out == 0) {
        if (state_->at_end) {
            throw Error(Code::corrupt, "bytes after the end of compressed content");
        }
        stream.next_out = state_->buffer.data();
        stream.avail_out = buffer_size;
        const int result = ::inflate(&stream, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            throw Error(Code::corrupt, "compressed content is damaged");
        }
        output(std::span(state_->buffer).first(buffer_size - stream.avail_out));
        state_->at_end = result == Z_STREAM_END;
        if (state_->at_end && stream.avail_in == 0) {
            return;
        }
    }
}

struct Deflater::State {
    z_stream stream{};
    std::array<std::uint8_t, buffer_size> buffer; // NOLINT: filled by zlib

    explicit State(int level) // NOLINT
    {
        if (::deflateInit2(&stream, level, Z_DEFLATED, raw, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
            throw Error(Code::failed, "start to compress: zlib refused");
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { ::deflateEnd(&stream); }

    void run(int flush, const Output& output)
    {
        int result = Z_OK;
        do {
            stream.next_out = buffer.data();
            stream.avail_out = buffer_size;
            result = ::deflate(&stream, flush);
            output(std::span(buffer).first(buffer_size - stream.avail_out));
        } while (stream.avail_out == 0 || (flush == Z_FINISH && result != Z_STREAM_END));
    }
};

Deflater::Deflater(int level) : state_(std::make_unique<State>(level)) {}
Deflater::~Deflater() = default;

void Deflater::restart() { ::deflateReset(&state_->stream); }

void Deflater::feed(std::span<const std::uint8_t> bytes, const Output& output)
{
    set_input(state_->stream, bytes);
    state_->run(Z_NO_FLUSH, output);
}

void Deflater::finish(const Output& output)
{
    set_input(state_->stream, {});
    state_->run(Z_FINISH, output);
}

} // namespace qpkg::ostree
