// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why first contact walks the whole chain. A user compares a fingerprint, from a web page or a business card, that may
// be years old; keys may have been changed since. The chain from root 1 leads from the root of that fingerprint to the
// newest one, each signed by the one before. What is chosen is the newest root that has this fingerprint.

#include "signing/client.hpp"
#include "signing/memory_trust_store.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <limits>

namespace qpkg::trust {
namespace {

Repository unknown_repository(const std::string& fingerprint)
{
    return {.name = RepoName::require("first-contact"),
            .location = "",
            .fingerprint = fingerprint,
            .namespaces = {},
            .offline_grace = 0};
}

Error wrong_fingerprint(const std::string& found, const std::string& expected)
{
    return {Code::untrusted, "the root of trust has fingerprint " + found + ", expected " + text::escaped(expected),
            "compare it with what the publisher says; do not trust this repository if it differs"};
}

Verified<tuf::Root> first_root(Fetcher& fetcher)
{
    auto bytes = fetcher.get("tuf/1.root.json", tuf::largest_root);
    if (!bytes) {
        throw Error(Code::not_found, "tuf/1.root.json: not there, so this is no qpkg repository");
    }
    return with_context("1.root.json", [&] { return verify_first_root(*std::move(bytes)); });
}

/// The chain from root 1, newest last, as far as the repository serves it.
std::vector<Verified<tuf::Root>> root_chain(Fetcher& fetcher)
{
    constexpr std::size_t most_roots = 1024;
    std::vector<Verified<tuf::Root>> chain{first_root(fetcher)};
    while (chain.size() <= most_roots) {
        const auto version = chain.back()->header.version + 1;
        const auto file = std::to_string(version) + ".root.json";
        auto bytes = fetcher.look_for("tuf/" + file, tuf::largest_root);
        if (!bytes) {
            return chain;
        }
        with_context(file, [&] {
            auto next = verify_next_root(chain.back(), *std::move(bytes));
            if (next->header.version != version) {
                throw Error(Code::untrusted, "is version " + std::to_string(next->header.version));
            }
            chain.push_back(std::move(next));
        });
    }
    throw Error(Code::no_space, "too many root versions: more than " + std::to_string(most_roots));
}

bool says_open_keys(const tuf::Root& root)
{
    const auto said = root.header.extra.find(tuf::keys_member);
    const auto* words = said == root.header.extra.end() ? nullptr : said->second.get_if<std::string>();
    return words != nullptr && *words == tuf::keys_without_passphrase;
}

} // namespace

RootInfo TrustClient::inspect(Fetcher& fetcher, std::int64_t now, const std::optional<std::string>& fingerprint)
{
    const auto chain = root_chain(fetcher);
    const auto newest = root_fingerprint(*chain.back());
    const auto chosen = std::find_if(chain.rbegin(), chain.rend(), [&](const Verified<tuf::Root>& root) {
        return root_fingerprint(*root) == fingerprint.value_or(newest);
    });
    if (chosen == chain.rend()) {
        throw wrong_fingerprint(newest, *fingerprint);
    }
    const auto found = root_fingerprint(**chosen);
    MemoryTrustStore store;
    TrustClient client(store, unknown_repository(found), now);
    client.init(chosen->bytes());
    RefreshReport report;
    client.update(fetcher, report);
    const auto& targets = client.updater_.targets();
    if (targets && (*targets)->delegations.empty() && !(*targets)->unusable_delegations.empty()) {
        const auto& first = (*targets)->unusable_delegations.begin()->second;
        throw Error(first.code, "targets.json: " + first.reason + "; it delegates nothing else that can be used");
    }
    return {.bytes = chosen->bytes(),
            .version = (*chosen)->header.version,
            .fingerprint = found,
            .expires = chain.back()->header.expires,
            .namespaces = client.delegated_namespaces(),
            .has_open_keys = says_open_keys(**chain.rbegin())};
}

void TrustClient::init(const std::string& root_bytes)
{
    const auto root = with_context("root of trust", [&] { return verify_first_root(root_bytes); });
    const auto found = root_fingerprint(*root);
    if (found != repository_.fingerprint) {
        throw wrong_fingerprint(found, repository_.fingerprint);
    }
    for (const auto* role : {"timestamp", "snapshot", "targets"}) {
        store_.forget(repository_.name, role);
    }
    updater_.trust_root(root_bytes);
    updater_.record("first contact: root " + std::to_string(root->header.version) + ", fingerprint " + found);
    store_.forget(repository_.name, std::string(problems_role));
    found_.reset();
}

} // namespace qpkg::trust
