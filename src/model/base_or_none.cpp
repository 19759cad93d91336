// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/base_or_none.hpp"

namespace qpkg {

std::optional<BaseOrNone> BaseOrNone::parse(std::string_view text)
{
    if (text == none_word) {
        return none();
    }
    const auto base = BaseId::parse(text);
    return base ? std::optional<BaseOrNone>(*base) : std::nullopt;
}

BaseOrNone BaseOrNone::require(std::string_view text, Code code)
{
    return text == none_word ? none() : BaseOrNone(BaseId::require(text, code));
}

} // namespace qpkg
