// SPDX-License-Identifier: LGPL-2.1-or-later
// Bad inputs 1 to 22 and 27: what a repository, a mirror or a former publisher may try with keys and signatures.
#include "repo-format/repo/envelope.hpp"
#include "signing/sign.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"
#include "support/trusting.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

using namespace qpkg;
using testing::a_key;
using testing::a_release;
using testing::resigned;
using testing::role_keys;
using testing::Site;
using testing::Trusting;

namespace {

const std::string root_path = "tuf/1.root.json";

/// What happens when a new machine adds the site as it is and refreshes.
void use(Site& site)
{
    Trusting machine(site);
    machine.refresh();
    trust::require_none(machine.client().problems());
}

/// The canonical key object of this key with one more member: another id, the same public key.
tuf::Key alias_of(std::string_view name)
{
    auto key = tuf::make_key(a_key(name).public_key().bytes());
    key.members.emplace("note", "the same key again");
    key.id = sha256(canonical::encode(key.members));
    return key;
}

} // namespace

TEST_CASE("bad input 1: metadata cut at any byte is refused as corrupt or untrusted")
{
    for (const std::string file :
         {"tuf/timestamp.json", "tuf/1.snapshot.json", "tuf/1.targets.json", "tuf/1.demo.json"}) {
        Site site;
        const auto whole = site.files.at(file);
        const Trusting machine(site);
        for (std::size_t length = 0; length < whole.size(); length += file == "tuf/timestamp.json" ? 1U : 37U) {
            site.files[file] = whole.substr(0, length);
            trust::MemoryTrustStore store = machine.store;
            trust::TrustClient client(store, machine.repository, machine.now);
            const auto failure = testing::failure_of([&] { trust::require_none(client.refresh(site).problems); });
            REQUIRE_MESSAGE(failure.has_value(), file);
            CHECK_MESSAGE((failure->code == Code::corrupt || failure->code == Code::untrusted), failure->message);
        }
    }
}

TEST_CASE("bad input 11: unknown signed members are accepted and kept byte for byte")
{
    Site site;
    site.timestamp.header.extra.emplace("vendor", canonical::Object{{"x", std::uint64_t{1}}});
    site.write_timestamp();
    Trusting machine(site);

    machine.refresh();

    CHECK(machine.store.trusted(machine.name(), "timestamp")->bytes == site.files.at("tuf/timestamp.json"));
}

TEST_CASE("bad input 12: a correctly signed snapshot offered as timestamp is refused")
{
    Site site;
    site.root.timestamp = site.root.snapshot;
    site.write_root();
    site.files["tuf/timestamp.json"] = site.files.at("tuf/1.snapshot.json");

    CHECK_FAILS(Code::corrupt, "timestamp.json: is a snapshot, expected timestamp", use(site));
}

TEST_CASE("bad input 13: an expiry that is no date is refused rather than read as never")
{
    for (const std::string bad :
         {"2099-13-45T99:99:99Z", "2026-01-01", "10000-01-01T00:00:00Z", "2026-01-01T00:00:00+02:00"}) {
        Site site;
        auto& file = site.files.at("tuf/timestamp.json");
        file = resigned(file, text::iso_time(site.timestamp.header.expires), bad, {"timestamp"});

        CHECK_FAILS(Code::corrupt, "expires", use(site));
    }
}

TEST_CASE("bad input 14: metadata over its cap is refused, however it is announced")
{
    Site site;

    SUBCASE("a timestamp of 50 MiB")
    {
        site.files["tuf/timestamp.json"] = std::string(50 << 20, ' ');
        CHECK_FAILS(Code::no_space, "larger than the 16384 bytes allowed", use(site));
    }
    SUBCASE("a snapshot announced with 1 GiB is not even asked for")
    {
        site.timestamp.snapshot.length = 1 << 30;
        site.write_timestamp();
        CHECK_FAILS(Code::no_space, "snapshot.json: 1073741824 bytes, allowed are 524288", use(site));
        CHECK(std::ranges::find(site.asked, "tuf/1.snapshot.json") == site.asked.end());
    }
    SUBCASE("a snapshot longer than announced")
    {
        site.files["tuf/1.snapshot.json"] += "x";
        CHECK_FAILS(Code::no_space, "allowed", use(site));
    }
    SUBCASE("a root that never ends")
    {
        site.files["tuf/2.root.json"] = std::string(1 << 20, ' ');
        CHECK_FAILS(Code::no_space, "larger than the 65536 bytes allowed", use(site));
    }
}

TEST_CASE("bad input 15: too few valid signatures are counted out loud")
{
    Site site;

    SUBCASE("one signature is broken")
    {
        auto& file = site.files.at("tuf/1.targets.json");
        const auto scanned = envelope::scan(file);
        auto signatures = scanned.signatures;
        signatures[0].bytes[0] ^= 1;
        file = envelope::write(signatures, scanned.payload);
        site.snapshot.roles.at("targets").sha256 = sha256(file);
        site.write_snapshot();
        site.write_timestamp();
        CHECK_FAILS(Code::untrusted, "targets.json: 1 of 2 valid signatures", use(site));
    }
    SUBCASE("one is missing")
    {
        site.signers["targets"] = {"targets-3"};
        site.publish();
        CHECK_FAILS(Code::untrusted, "1 of 2 valid signatures", use(site));
    }
    SUBCASE("one is of an unknown key")
    {
        site.signers["timestamp"] = {"stranger"};
        site.publish();
        CHECK_FAILS(Code::untrusted, "signed by unknown key " + a_key("stranger").public_key().id().hex(), use(site));
    }
}

TEST_CASE("a junk signature beside enough good ones does not block the file")
{
    Site site;
    site.signers["timestamp"] = {"timestamp", "stranger"};
    site.publish();

    CHECK_NOTHROW(use(site));
}

TEST_CASE("bad input 17: one public key under two key ids counts once")
{
    Site site;
    const auto alias = alias_of("timestamp");
    site.root.keys.emplace(alias.id, alias);

    SUBCASE("listed twice in a role")
    {
        site.root.timestamp.key_ids.push_back(alias.id);
        site.root.timestamp.threshold = 2;
        site.write_root();
        CHECK_FAILS(Code::untrusted, "one public key is listed twice", use(site));
    }
    SUBCASE("in a role that got past the parser")
    {
        const auto parent_alias = alias_of("demo");
        site.targets.keys.emplace(parent_alias.id, parent_alias);
        site.write_targets();
        const auto root = trust::verify_first_root(site.files.at(root_path));
        const auto parent = trust::verify_targets(root, site.files.at("tuf/1.targets.json"));
        auto delegation = parent->delegations.front();
        delegation.keys.key_ids.push_back(parent_alias.id);
        delegation.keys.threshold = 2;
        const auto file = envelope::scan(site.files.at("tuf/1.demo.json"));
        auto signatures = file.signatures;
        signatures.push_back({.key_id = parent_alias.id, .bytes = signatures[0].bytes});
        const auto twice = envelope::write(signatures, file.payload);
        CHECK_FAILS(Code::untrusted, "1 of 2 valid signatures", trust::verify_publisher(parent, delegation, twice));
    }
}

TEST_CASE("bad input 18: a key id that is not the hash of its key is refused")
{
    Site site;
    const auto id = a_key("timestamp").public_key().id().hex();
    std::string wrong = id;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    auto& file = site.files.at(root_path);
    std::string payload(envelope::scan(file).payload);
    for (auto at = payload.find(id); at != std::string::npos; at = payload.find(id)) {
        payload.replace(at, id.size(), wrong);
    }
    const auto one = a_key("root-1");
    const auto two = a_key("root-2");
    file = trust::sign_file(payload, {one, two});

    CHECK_FAILS(Code::corrupt, "is not the hash of its key", use(site));
}

TEST_CASE("bad input 19: a key listed nine times does not meet a threshold of six")
{
    Site site;
    site.root.timestamp.key_ids.assign(9, site.root.timestamp.key_ids.front());
    site.root.timestamp.threshold = 6;
    site.write_root();

    CHECK_FAILS(Code::untrusted, "listed twice", use(site));
}

TEST_CASE("bad input 20: a threshold of zero, over sixteen or over the number of keys is refused")
{
    for (const std::uint64_t threshold : {0U, 2U, 17U}) {
        Site site;
        site.root.snapshot.threshold = threshold;
        site.write_root();
        CHECK_FAILS(Code::corrupt, "threshold", use(site));
    }
    Site site;
    site.targets.delegations.front().keys.threshold = 0;
    site.publish();
    CHECK_FAILS(Code::corrupt, "threshold", use(site));
}

TEST_CASE("bad input 21: a signature of another file does not count")
{
    Site site;
    const auto other = envelope::scan(site.files.at("tuf/1.snapshot.json"));
    site.root.timestamp = site.root.snapshot;
    site.write_root();
    const auto payload = std::string(envelope::scan(site.files.at("tuf/timestamp.json")).payload);
    site.files["tuf/timestamp.json"] = envelope::write(other.signatures, payload);

    CHECK_FAILS(Code::untrusted, "does not match", use(site));
}

TEST_CASE("bad input 22: keys of other types do not count, and the message names the type")
{
    Site site;
    tuf::Key rsa{.id = sha256(""), .type = "rsa", .ed25519 = std::nullopt, .members = {}};
    rsa.members = {
        {"keytype", "rsa"}, {"keyval", canonical::Object{{"public", "PEM"}}}, {"scheme", "rsassa-pss-sha256"}};
    rsa.id = sha256(canonical::encode(rsa.members));
    site.root.keys.emplace(rsa.id, rsa);
    site.root.timestamp = {.key_ids = {rsa.id}, .threshold = 1};
    site.write_root();
    const auto file = envelope::scan(site.files.at("tuf/timestamp.json"));
    auto signature = file.signatures.front();
    signature.key_id = rsa.id;
    site.files["tuf/timestamp.json"] = envelope::write({signature}, std::string(file.payload));

    CHECK_FAILS(Code::untrusted, "is of type rsa, which qpkg does not verify", use(site));
}

TEST_CASE("bad input 27: a publisher key that was withdrawn signs in vain, and the message says since when")
{
    Site site;
    site.add(a_release());
    site.publish();
    Trusting machine(site);
    machine.refresh();
    const auto key = tuf::make_key(a_key("successor").public_key().bytes());
    site.targets.keys.emplace(key.id, key);
    site.targets.delegations.front().keys = role_keys({"successor"}, 1);
    site.publish();

    const auto words = "key " + a_key("demo").public_key().id().hex() + " was withdrawn by targets v3";
    CHECK_FAILS(Code::untrusted, words, trust::require_none(machine.refresh().problems));
    CHECK_FAILS(Code::untrusted, words, trust::require_none(machine.refresh().problems));
    site.signers["demo"] = {"successor"};
    site.publish();
    machine.refresh();

    CHECK(machine.client().listed().size() == 1);
}

TEST_CASE("metadata is not parsed before its signatures are verified")
{
    Site site;
    auto& file = site.files.at("tuf/timestamp.json");
    const auto signatures = envelope::scan(file).signatures;
    file = envelope::write(signatures, "{" + std::string(9000, '[') + "}");

    CHECK_FAILS(Code::untrusted, "0 of 1 valid signatures", use(site));
}
