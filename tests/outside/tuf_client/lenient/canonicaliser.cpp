// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outside/tuf_client/lenient/canonicaliser.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace qpkg::trust {
namespace {

using canonical::Array;
using canonical::Object;
using canonical::Value;

constexpr std::size_t deepest = 32;

[[noreturn]] void fail(const std::string& what) { throw Error(Code::corrupt, "not TUF metadata: " + what); }

/// OLPC canonical JSON escapes these two and nothing else.
std::string canonical_text(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

/// A value under way: what the roles read, and its canonical spelling.
struct Node {
    std::optional<Value> value; ///< nothing for null
    std::string canonical;
};

/// An object or array that is not closed yet.
struct Open {
    bool is_object;
    std::map<std::string, Node> members; ///< ascending by bytes, which is by code point: the canonical order
    std::vector<Node> elements;
    std::string name; ///< of the member that comes next
};

Node close(Open open)
{
    std::string text;
    const auto separate = [&] { text += text.empty() ? "" : ","; };
    if (open.is_object) {
        Object object;
        for (auto& [name, node] : open.members) {
            separate();
            text += canonical_text(name) + ':' + node.canonical;
            if (node.value) {
                object.emplace(name, *std::move(node.value));
            }
        }
        return {Value(std::move(object)), '{' + text + '}'};
    }
    Array array;
    for (auto& node : open.elements) {
        separate();
        text += node.canonical;
        if (node.value) {
            array.push_back(*std::move(node.value));
        }
    }
    return {Value(std::move(array)), '[' + text + ']'};
}

/// Told by the parser what comes; refuses what two readers could understand differently.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    bool null() override { return add({std::nullopt, "null"}); }
    bool boolean(bool flag) override { return add({Value(flag), flag ? "true" : "false"}); }
    bool number_integer(number_integer_t number) override
    {
        return add({Value(std::to_string(number)), std::to_string(number)});
    }
    bool number_unsigned(number_unsigned_t number) override
    {
        auto text = std::to_string(number);
        auto value = number <= canonical::largest_integer ? Value(std::uint64_t{number}) : Value(text);
        return add({std::move(value), std::move(text)});
    }
    bool number_float(number_float_t, const string_t& text) override
    {
        fail(text::escaped(text, 40) + " is no integer, which signed metadata cannot hold");
    }
    bool string(string_t& text) override { return add({Value(text), canonical_text(text)}); }
    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override { return open(true); }
    bool start_array(std::size_t) override { return open(false); }
    bool end_object() override { return end(); }
    bool end_array() override { return end(); }

    bool key(string_t& name) override
    {
        if (open_.back().members.contains(name)) {
            fail("member \"" + text::escaped(name, 80) + "\" is there twice");
        }
        open_.back().name = name;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override
    {
        fail("no JSON at byte " + std::to_string(position));
    }

    std::map<std::string, Node>& top() { return top_; }

private:
    bool open(bool is_object)
    {
        if (open_.size() == deepest) {
            fail("nested deeper than " + std::to_string(deepest));
        }
        if (open_.empty() && !is_object) {
            fail("not an object");
        }
        open_.push_back({.is_object = is_object, .members = {}, .elements = {}, .name = {}});
        return true;
    }

    bool end()
    {
        auto closed = std::move(open_.back());
        open_.pop_back();
        if (open_.empty()) {
            top_ = std::move(closed.members);
            return true;
        }
        return add(close(std::move(closed)));
    }

    bool add(Node node)
    {
        if (open_.empty()) {
            fail("not an object");
        }
        auto& into = open_.back();
        if (into.is_object) {
            into.members.emplace(into.name, std::move(node));
        } else {
            into.elements.push_back(std::move(node));
        }
        return true;
    }

    std::vector<Open> open_;
    std::map<std::string, Node> top_;
};

Node take(std::map<std::string, Node>& members, const std::string& name)
{
    const auto found = members.find(name);
    if (found == members.end() || !found->second.value) {
        fail("it has no \"" + name + "\"");
    }
    return std::move(found->second);
}

} // namespace

LenientFile canonicalise(std::string_view file, std::size_t cap)
{
    if (file.size() > cap) {
        throw Error(Code::no_space, std::to_string(file.size()) + " bytes, allowed are " + std::to_string(cap));
    }
    Builder builder;
    nlohmann::json::sax_parse(file.begin(), file.end(), &builder);
    auto signatures = take(builder.top(), "signatures");
    auto signed_part = take(builder.top(), "signed");
    return {.signatures = *std::move(signatures.value),
            .signed_part = {.value = *std::move(signed_part.value), .canonical = std::move(signed_part.canonical)}};
}

} // namespace qpkg::trust
