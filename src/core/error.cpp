// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/error.hpp"

#include <cerrno>
#include <system_error>

namespace qpkg {

Error::Error(Code code, const std::string& message, std::string hint)
    : std::runtime_error(message), code_(code), hint_(std::move(hint))
{
}

Error Error::within(std::string_view context) const { return {code_, std::string(context) + ": " + what(), hint_}; }

Error system_error(std::string_view action, int errno_value)
{
    if (errno_value == EFBIG) {
        return {Code::no_space, std::string(action) + ": larger than the file size limit of this process",
                "`ulimit -f` shows the limit; `ulimit -f unlimited` takes it away"};
    }
    const auto full = errno_value == ENOSPC || errno_value == EDQUOT;
    return {full ? Code::no_space : Code::failed,
            std::string(action) + ": " + std::generic_category().message(errno_value)};
}

} // namespace qpkg
