// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/ssh_agent.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <cstdint>

/// An agent's answer, whatever it is an answer to: an Error, or keys, or a signature.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto answer = qpkg::as_text({data, size});
    try {
        qpkg::trust::parse_agent_keys(answer);
    } catch (const qpkg::Error&) {
    }
    try {
        qpkg::trust::parse_agent_signature(answer);
    } catch (const qpkg::Error&) {
    }
    return 0;
}
