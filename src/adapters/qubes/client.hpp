// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why each call has a connection and a deadline. qubesd answers one request for each connection, and a qube behind it
// may hang. Events are a hint to look again, never an answer: not every event is promised, so what is waited for is
// looked at every half second as well.
#pragma once

#include "adapters/qubes/wire.hpp"

#include "qpkg/core/error.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace qpkg::qubes {

/// Asks qubesd, one connection for each call, as it wants. With --verbose each request is told.
class Client {
public:
    Client(std::filesystem::path socket, std::chrono::milliseconds patience)
        : socket_(std::move(socket)), patience_(patience)
    {
    }

    /// Error failed when there is no qubesd, or it does not finish its answer in time; corrupt for what is no answer.
    Reply ask(const Request& request) const;

    /// The data of the answer. A refusal or exception becomes an Error that names the method and the qube.
    std::string call(const Request& request) const;

    /// As `call`, but an exception of this type is nothing.
    std::optional<std::string> find(const Request& request, std::string_view absent_type) const;

    /// Looks whether something is `there`: at once, after each such event of qubesd, and every half second, for not
    /// every event is promised. False when it is not in `patience`.
    bool await(const Event& sign, const std::function<bool()>& there, std::chrono::milliseconds patience) const;

private:
    std::filesystem::path socket_;
    std::chrono::milliseconds patience_; ///< for a whole answer
};

/// What an exception of qubesd means to our caller; its words are escaped and cut.
Error error_of(const Exception& exception);

} // namespace qpkg::qubes
