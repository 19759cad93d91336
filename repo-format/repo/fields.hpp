// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/canonical_json.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace qpkg::canonical {

/// Takes the members of one object by name. What is missing or of another type is Error corrupt naming the member;
/// what nobody took is handed back by `rest`, so that unknown members survive.
class Fields {
public:
    Fields(Value value, std::string where);

    bool has(std::string_view name) const { return object_.contains(name); }

    std::string text(std::string_view name);
    std::uint64_t number(std::string_view name);
    bool flag(std::string_view name);
    Array array(std::string_view name);
    Fields object(std::string_view name);
    Digest digest(std::string_view name); ///< 64 lower-case hex digits

    /// A name checked by its own rule: AppId, Arch, …
    template <class IdType>
    IdType id(std::string_view name)
    {
        const auto value = text(name);
        return with_context(where_of(name), [&] { return IdType::require(value, Code::corrupt); });
    }

    Object rest() && { return std::move(object_); }
    const Object& remaining() const noexcept { return object_; }

    /// "<where>.<name>", for messages.
    std::string where_of(std::string_view name) const;
    [[noreturn]] void fail(std::string_view name, std::string_view what) const;

private:
    template <class T>
    T take(std::string_view name, std::string_view type);

    Object object_;
    std::string where_;
};

} // namespace qpkg::canonical
