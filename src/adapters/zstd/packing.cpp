// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/zstd/packing.hpp"

#include "qpkg/core/error.hpp"

#include <zstd.h>

#include <memory>

namespace qpkg::zstd {
namespace {

constexpr int level = 19;
constexpr int window_log = 23; ///< 8 MiB: what any decoder takes

struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

std::size_t require(std::size_t result, Code code, std::string_view action)
{
    if (ZSTD_isError(result) != 0) {
        throw Error(code, std::string(action) + ": " + ZSTD_getErrorName(result));
    }
    return result;
}

} // namespace

std::string pack(std::string_view raw)
{
    const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
    const auto set = [&](ZSTD_cParameter parameter, int value) {
        require(ZSTD_CCtx_setParameter(context.get(), parameter, value), Code::bug, "compress");
    };
    set(ZSTD_c_compressionLevel, level);
    set(ZSTD_c_windowLog, window_log);
    std::string packed(ZSTD_compressBound(raw.size()), '\0');
    packed.resize(require(ZSTD_compress2(context.get(), packed.data(), packed.size(), raw.data(), raw.size()),
                          Code::failed, "compress"));
    return packed;
}

std::string unpack(std::string_view packed, std::uint64_t size)
{
    const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
    require(ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, window_log), Code::bug, "unpack");
    std::string raw(size, '\0');
    ZSTD_outBuffer out{raw.data(), raw.size(), 0};
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    const auto left = require(ZSTD_decompressStream(context.get(), &out, &in), Code::corrupt, "unpack");
    if (left != 0 || out.pos != size || in.pos != packed.size()) {
        throw Error(Code::corrupt, "unpack: not one frame of " + std::to_string(size) + " bytes");
    }
    return raw;
}

} // namespace qpkg::zstd
