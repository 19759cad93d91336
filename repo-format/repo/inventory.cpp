// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/inventory.hpp"

#include "repo-format/repo/fields.hpp"

#include <algorithm>

namespace qpkg {
namespace {

constexpr std::uint64_t inventory_schema = 1;

canonical::Fields fields_of(canonical::Value& value, const std::string& where) { return {std::move(value), where}; }

std::string text_of(const canonical::Value& value, const canonical::Fields& fields, std::string_view name)
{
    const auto* text = value.get_if<std::string>();
    if (text == nullptr) {
        fields.fail(name, "holds something else than strings");
    }
    return *text;
}

std::vector<Digest> take_digests(canonical::Fields& fields, std::string_view name)
{
    std::vector<Digest> digests;
    for (const auto& value : fields.array(name)) {
        const auto digest = Digest::from_hex(text_of(value, fields, name));
        if (!digest) {
            fields.fail(name, "holds something else than 64 hex digits");
        }
        digests.push_back(*digest);
    }
    return digests;
}

template <class List>
void put_in_order(List& list)
{
    std::ranges::sort(list);
    const auto rest = std::ranges::unique(list);
    list.erase(rest.begin(), rest.end());
}

template <class List, class Encode>
canonical::Array encode_list(const List& list, Encode encode)
{
    canonical::Array array;
    array.reserve(list.size());
    for (const auto& item : list) {
        array.emplace_back(encode(item));
    }
    return array;
}

} // namespace

Inventory parse_inventory(std::string_view bytes)
{
    canonical::Fields fields(canonical::parse(bytes, largest_inventory), "inventory");
    if (fields.text("_type") != "qpkg-inventory") {
        fields.fail("_type", "is not qpkg-inventory");
    }
    if (const auto version = fields.number("schema"); version != inventory_schema) {
        throw Error(Code::unsupported, "the inventory has schema " + std::to_string(version) + ", known is 1");
    }
    Inventory inventory{.arch = fields.id<Arch>("arch"),
                        .bases = {},
                        .commits = {},
                        .objects = take_digests(fields, "objects"),
                        .releases = {},
                        .repositories = {}};
    for (const auto& base : fields.array("bases")) {
        inventory.bases.push_back(BaseId::require(text_of(base, fields, "bases"), Code::corrupt));
    }
    for (const auto& digest : take_digests(fields, "commits")) {
        inventory.commits.emplace_back(digest);
    }
    for (auto& value : fields.array("releases")) {
        auto release = fields_of(value, "inventory.releases");
        inventory.releases.push_back({release.id<AppId>("app"), release.id<BaseOrNone>("base"),
                                      release.id<Channel>("channel"), release.number("sequence")});
    }
    for (auto& value : fields.array("repositories")) {
        auto repository = fields_of(value, "inventory.repositories");
        inventory.repositories.push_back(
            {repository.digest("fingerprint").hex(), repository.number("root"), repository.number("timestamp")});
    }
    return inventory;
}

std::string encode_inventory(Inventory inventory)
{
    put_in_order(inventory.bases);
    put_in_order(inventory.commits);
    put_in_order(inventory.objects);
    put_in_order(inventory.releases);
    put_in_order(inventory.repositories);
    const auto hex = [](const auto& digest) { return canonical::Value(digest.hex()); };
    const auto release = [](const Inventory::InstalledRelease& installed) {
        return canonical::Value(canonical::Object{{"app", installed.app.text()},
                                                  {"base", installed.base.text()},
                                                  {"channel", installed.channel.text()},
                                                  {"sequence", installed.sequence}});
    };
    const auto repository = [](const Inventory::TrustedRepository& trusted) {
        return canonical::Value(canonical::Object{
            {"fingerprint", trusted.fingerprint}, {"root", trusted.root}, {"timestamp", trusted.timestamp}});
    };
    return canonical::encode(canonical::Object{
        {"_type", "qpkg-inventory"},
        {"arch", inventory.arch.text()},
        {"bases", encode_list(inventory.bases, [](const BaseId& id) { return canonical::Value(id.text()); })},
        {"commits", encode_list(inventory.commits, hex)},
        {"objects", encode_list(inventory.objects, hex)},
        {"releases", encode_list(inventory.releases, release)},
        {"repositories", encode_list(inventory.repositories, repository)},
        {"schema", inventory_schema}});
}

} // namespace qpkg
