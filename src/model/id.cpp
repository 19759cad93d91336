// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/id.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg {

Error bad_name_error(std::string_view kind, std::string_view text, std::string_view rule, Code code)
{
    return {code,
            "\"" + text::escaped(text) + "\" is not a valid " + std::string(kind) + ": expected " + std::string(rule)};
}

std::string namespace_of(const AppId& app) { return app.text().substr(0, app.text().rfind('.')); }
std::string short_name(const AppId& app) { return app.text().substr(app.text().rfind('.') + 1); }

Arch native_arch()
{
#if defined(__x86_64__)
    return Arch::require("x86_64");
#elif defined(__aarch64__)
    return Arch::require("aarch64");
#else
#error "qpkg has no name for this architecture"
#endif
}

} // namespace qpkg
