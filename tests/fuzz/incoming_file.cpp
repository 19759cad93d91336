// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/served/incoming_compressed.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

namespace {

using namespace qpkg;

const ostree::ObjectDirectory unused("/nonexistent"); // nothing is kept
const Digest zeroes({});                              // the name that is asked for; nothing has it

bool is_accepted(std::span<const std::uint8_t> bytes, std::size_t piece)
{
    ostree::Budget budget(1U << 20U);
    ostree::IncomingCompressed file(unused, zeroes, budget, std::make_shared<ostree::Inflaters>(),
                                    ostree::Keep::nothing);
    try {
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            file.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
        }
        file.finish();
        return true;
    } catch (const Error&) {
        if (budget.taken() > budget.total()) {
            std::abort();
        }
        return false;
    }
}

} // namespace

/// An archive object comes in pieces as the network gives them. Whatever they are, it must be refused: its name is
/// wrong.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) {
        return 0;
    }
    const std::span bytes(data + 1, size - 1);
    if (is_accepted(bytes, 1 + data[0] % 7) || is_accepted(bytes, bytes.size())) {
        std::abort();
    }
    return 0;
}
