// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The bytes of Qubes' Admin API on the socket of qubesd (Qubes OS 4.3, "Admin API" of its documentation):
///   request   METHOD+ARG dom0 name DEST\0PAYLOAD, then end of file
///   reply     0\0 data | 2\0 type \0 traceback \0 message \0 { argument \0 } | nothing: denied, or qubesd failed
///   event     1\0 subject \0 name \0 { key \0 value \0 } \0, any number of them, for admin.Events
namespace qpkg::qubes {

/// Both ways; what is longer is no request or reply of the Admin API.
constexpr std::size_t largest_message = 65536;

struct Request {
    std::string method; ///< "admin.vm.feature.Set"
    std::string argument;
    std::string destination;
    std::string payload = {};
};

/// Error usage when a part holds what would change the meaning of the bytes, or all is too long.
std::string encode_request(const Request& request);

struct Done {
    std::string data;
};
struct Refused {}; ///< by policy, or by a mistake inside qubesd: the wire does not say which
struct Exception {
    std::string type;    ///< "QubesFeatureNotFoundError"
    std::string message; ///< from outside, at most `largest_message` bytes of anything
};
using Reply = std::variant<Done, Refused, Exception>;

/// Error corrupt for anything else, also for an exception that was cut short.
Reply parse_reply(std::string_view bytes);

struct Event {
    std::string subject; ///< a qube; empty: the whole system
    std::string name;    ///< "domain-start"
    std::map<std::string, std::string> arguments;

    friend bool operator==(const Event&, const Event&) = default;
};

/// Takes the first event off the stream's `bytes`; nothing while they end within it. Error corrupt for what is no
/// event.
std::optional<Event> take_event(std::string& bytes);

} // namespace qpkg::qubes
