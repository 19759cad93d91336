// SPDX-License-Identifier: LGPL-2.1-or-later
// Bad inputs 23 to 26: the chain of roots, and the first of them.
#include "repo-format/repo/envelope.hpp"
#include "support/expect.hpp"
#include "support/trusting.hpp"

using namespace qpkg;
using testing::a_key;
using testing::role_keys;
using testing::Site;
using testing::Trusting;

namespace {

const std::string root_path = "tuf/1.root.json";

} // namespace

TEST_CASE("bad input 23: a new root needs the old keys, its own keys and the next version")
{
    Site site;
    Trusting machine(site);
    site.root.header.version = 2;
    for (const auto* name : {"new-1", "new-2", "new-3"}) {
        const auto key = tuf::make_key(a_key(name).public_key().bytes());
        site.root.keys.emplace(key.id, key);
    }
    site.root.root = role_keys({"new-1", "new-2", "new-3"}, 2);

    SUBCASE("signed by the new keys only")
    {
        site.signers["root"] = {"new-1", "new-2"};
        site.write_root();
        CHECK_FAILS(Code::untrusted, "2.root.json: by the keys of root 1: 0 of 2", machine.refresh());
    }
    SUBCASE("signed by the old keys only")
    {
        site.write_root();
        CHECK_FAILS(Code::untrusted, "2.root.json: by its own keys: 0 of 2", machine.refresh());
    }
    SUBCASE("with another version than its name")
    {
        for (const std::uint64_t version : {1U, 3U}) {
            site.signers["root"] = {"new-1", "new-2", "root-1", "root-2"};
            site.root.header.version = version;
            site.write_root();
            site.files["tuf/2.root.json"] = site.files.at("tuf/" + std::to_string(version) + ".root.json");
            CHECK_FAILS(Code::untrusted, "is version " + std::to_string(version), machine.refresh());
        }
    }
    CHECK(machine.store.trusted(machine.name(), "root")->version == 1);
    CHECK(machine.store.events().back().what.starts_with("refused: "));
}

TEST_CASE("a root signed by old and new keys is followed, and only the new keys make the next one")
{
    Site site;
    Trusting machine(site);
    site.root.header.version = 2;
    for (const auto* name : {"new-1", "new-2"}) {
        const auto key = tuf::make_key(a_key(name).public_key().bytes());
        site.root.keys.emplace(key.id, key);
    }
    site.root.root = role_keys({"new-1", "new-2"}, 2);
    site.signers["root"] = {"new-1", "new-2", "root-1", "root-2"};
    site.write_root();

    CHECK(machine.refresh().root_version == 2);
    site.root.header.version = 3;
    site.signers["root"] = {"root-1", "root-2"};
    site.write_root();
    CHECK_FAILS(Code::untrusted, "by the keys of root 2", machine.refresh());
}

TEST_CASE("bad input 24: a root chain without end is given up")
{
    Site site;
    Trusting machine(site);
    for (std::uint64_t version = 2; version <= 1026; ++version) {
        site.root.header.version = version;
        site.write_root();
    }

    CHECK_FAILS(Code::no_space, "too many root versions", machine.refresh());
}

TEST_CASE("bad input 25: a first root that is unsigned, truncated or of another repository is refused offline")
{
    Site site;
    const auto whole = site.files.at(root_path);
    trust::MemoryTrustStore store;
    trust::TrustClient client(store, site.repository(), Site::start);
    site.asked.clear();

    const auto unsigned_root = envelope::write({{sha256(""), {}}}, std::string(envelope::scan(whole).payload));
    CHECK_FAILS(Code::untrusted, "0 of 2 valid signatures", client.init(unsigned_root));
    CHECK_FAILS(Code::corrupt, "root of trust", client.init(whole.substr(0, whole.size() / 2)));
    site.root.root.threshold = 1;
    site.write_root();
    CHECK_FAILS(Code::untrusted, "expected", client.init(site.files.at(root_path)));

    CHECK(site.asked.empty());
    CHECK_FALSE(store.trusted(site.repository().name, "root").has_value());
}

TEST_CASE("bad input 26: a wrong fingerprint is refused with both in full")
{
    Site site;
    const std::string pasted(64, 'a');

    const auto failure = testing::failure_of([&] { trust::TrustClient::inspect(site, Site::start, pasted); });

    REQUIRE(failure.has_value());
    CHECK(failure->code == Code::untrusted);
    CHECK(failure->message.find(site.fingerprint()) != std::string::npos);
    CHECK(failure->message.find(pasted) != std::string::npos);
}

TEST_CASE("a fingerprint of an older root leads to the newest one through the chain")
{
    Site site;
    const auto old_fingerprint = site.fingerprint();
    site.root.header.version = 2;
    site.root.root = role_keys({"root-2", "root-3"}, 2);
    site.signers["root"] = {"root-1", "root-2", "root-3"};
    site.write_root();

    const auto by_old = trust::TrustClient::inspect(site, Site::start, old_fingerprint);
    const auto by_itself = trust::TrustClient::inspect(site, Site::start);

    CHECK(by_old.version == 1);
    CHECK(by_itself.version == 2);
    CHECK(by_itself.fingerprint == site.fingerprint());
    CHECK(by_itself.namespaces == std::vector<std::string>{"org.example"});
}
