// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/fields.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::canonical {

Fields::Fields(Value value, std::string where) : where_(std::move(where))
{
    auto* object = value.get_if<Object>();
    if (object == nullptr) {
        throw Error(Code::corrupt, where_.empty() ? "not an object" : where_ + ": not an object");
    }
    object_ = std::move(*object);
}

template <class T>
T Fields::take(std::string_view name, std::string_view type)
{
    const auto found = object_.find(name);
    if (found == object_.end()) {
        fail(name, "missing");
    }
    auto node = object_.extract(found);
    auto* value = node.mapped().template get_if<T>();
    if (value == nullptr) {
        fail(name, "expected " + std::string(type));
    }
    return std::move(*value);
}

std::string Fields::text(std::string_view name) { return take<std::string>(name, "a string"); }
std::uint64_t Fields::number(std::string_view name) { return take<std::uint64_t>(name, "a number"); }
bool Fields::flag(std::string_view name) { return take<bool>(name, "true or false"); }
Array Fields::array(std::string_view name) { return take<Array>(name, "an array"); }
Fields Fields::object(std::string_view name) { return {Value(take<Object>(name, "an object")), where_of(name)}; }

Digest Fields::digest(std::string_view name)
{
    const auto hex = text(name);
    if (auto digest = Digest::from_hex(hex)) {
        return *digest;
    }
    fail(name, "\"" + text::escaped(hex, 80) + "\" is not 64 lower-case hex digits");
}

std::string Fields::where_of(std::string_view name) const
{
    const auto shown = text::escaped(name);
    return where_.empty() ? shown : where_ + "." + shown;
}

void Fields::fail(std::string_view name, std::string_view what) const
{
    throw Error(Code::corrupt, where_of(name) + ": " + std::string(what));
}

} // namespace qpkg::canonical
