// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/publish/signing_request.hpp"

#include <string>
#include <string_view>
#include <vector>

/// A signing request as one stream, and its answer, between a publisher's machine and a vault. Normative text:
/// signing/keys.md, "A vault". Pure; both sides read bytes of the other.
namespace qpkg::app {

inline constexpr std::size_t largest_signing_stream = 16 * 1024 * 1024; ///< bytes
inline constexpr std::size_t largest_signing_answer = 64 * 1024;        ///< bytes

struct SigningStream {
    std::vector<ToSign> files;
    Evidence evidence;
};

std::string encode_signing_stream(const SigningStream& request);

/// Errors: corrupt (another shape, a payload that is not the announced one, bytes after the end), no_space.
SigningStream parse_signing_stream(std::string_view bytes);

struct RemoteSignature {
    std::string file; ///< "2.root.json"
    envelope::Signature signature;
};

std::string encode_signing_answer(const std::vector<RemoteSignature>& signatures);
std::string encode_signing_refusal(std::string_view reason);

/// Errors: untrusted (refused, with the reason, escaped), corrupt.
std::vector<RemoteSignature> parse_signing_answer(std::string_view bytes);

} // namespace qpkg::app
