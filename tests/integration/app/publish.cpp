// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publish.hpp"

#include "engine/writer_lock.hpp"
#include "signing/client.hpp"
#include "signing/memory_trust_store.hpp"
#include "support/expect.hpp"
#include "support/publisher.hpp"

#include <algorithm>

using namespace qpkg;
using testing::Publisher;
namespace fs = std::filesystem;

namespace {

/// A user's machine that added the site.
class User {
public:
    explicit User(const Publisher& publisher, std::int64_t at = Publisher::start) : now(at), site(publisher.site())
    {
        const auto info = trust::TrustClient::inspect(site, now);
        repository.fingerprint = info.fingerprint;
        repository.namespaces = info.namespaces;
        client().init(info.bytes);
    }

    trust::TrustClient client() { return {store, repository, now}; }
    std::vector<trust::ListedRelease> refreshed()
    {
        auto made = client();
        made.refresh(site);
        return made.listed();
    }

    std::int64_t now;
    fetch::DirectoryFetcher site;
    trust::MemoryTrustStore store;
    Repository repository{.name = RepoName::require("demo"),
                          .location = "site",
                          .fingerprint = "",
                          .namespaces = {},
                          .offline_grace = 7 * Publisher::day};
};

std::string served(const Publisher& publisher, const std::string& path)
{
    return files::read(publisher.site() / path, 1 << 20);
}

} // namespace

TEST_CASE("one call makes a repository that a client verifies and reads")
{
    Publisher publisher;

    const auto report = publisher.publish({publisher.build("org.example.hello", "one")});
    User user(publisher);
    const auto listed = user.refreshed();

    CHECK(report.created);
    CHECK(report.fingerprint == user.repository.fingerprint);
    CHECK(report.new_namespaces == std::vector<std::string>{"org.example"});
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].sequence == 1);
    CHECK(listed[0].version == "one");
    const auto release = user.client().fetch_release(listed[0], user.site).release;
    CHECK(release.tree.archive_size > 0);
    CHECK(release.tree.commit == report.releases.at(0).commit);
    CHECK(user.client().freshness().state == trust::FreshnessState::fresh);
}

TEST_CASE("a new build of an app follows the old one, and other apps stay as they were")
{
    Publisher publisher;
    publisher.publish({publisher.build("org.example.hello", "one"), publisher.build("org.other.tool", "one")});
    User user(publisher);
    user.refreshed();

    const auto report = publisher.publish({publisher.build("org.example.hello", "two")});
    const auto listed = user.refreshed();

    CHECK_FALSE(report.created);
    CHECK(report.releases.at(0).sequence == 2);
    CHECK(report.new_namespaces.empty());
    REQUIRE(listed.size() == 3);
    CHECK(listed[0].path == "org.example/hello/x86_64/stable-1.json");
    CHECK(listed[1].path == "org.example/hello/x86_64/stable-2.json");
    CHECK(listed[2].path == "org.other/tool/x86_64/stable-1.json");
}

TEST_CASE("publishing the same build again changes nothing, byte for byte")
{
    Publisher publisher;
    const auto module = publisher.build("org.example.hello", "one");
    publisher.publish({module});
    const auto before = served(publisher, "tuf/timestamp.json");

    const auto report = publisher.publish({module});

    CHECK_FALSE(report.changed);
    CHECK_FALSE(report.releases.at(0).is_new);
    CHECK(served(publisher, "tuf/timestamp.json") == before);
}

TEST_CASE("a change of the manifest alone is a new release")
{
    Publisher publisher;
    const auto module = publisher.build("org.example.hello", "one");
    publisher.publish({module});
    auto release = parse_manifest(files::read(module / "manifest.json", largest_manifest));
    release.needs.audio = true;
    files::write(module / "manifest.json", encode_manifest(release));

    CHECK(publisher.publish({module}).releases.at(0).sequence == 2);
}

TEST_CASE("two publishers of one namespace are refused, and nothing changes")
{
    Publisher publisher;
    publisher.publish({publisher.build("org.example.hello", "one")});
    const auto before = served(publisher, "tuf/timestamp.json");
    fs::remove(publisher.keys() / "publisher.key");
    trust::write_key_file(publisher.keys() / "publisher.key", trust::SecretKey::generate(), std::nullopt);

    CHECK_FAILS(Code::conflict, "namespace org.example belongs to publisher publisher",
                publisher.publish({publisher.build("org.example.other", "one")}));

    CHECK(served(publisher, "tuf/timestamp.json") == before);
}

TEST_CASE("a second publisher with its own key brings its own namespace")
{
    Publisher publisher;
    publisher.publish({publisher.build("org.example.hello", "one")});
    fs::remove(publisher.keys() / "publisher.key");
    trust::write_key_file(publisher.keys() / "publisher.key", trust::SecretKey::generate(), std::nullopt);

    auto request = publisher.request({publisher.build("org.other.tool", "one")});
    request.publisher = "others";
    const auto report = publisher.publish(request);

    CHECK(report.publisher == "others");
    CHECK(User(publisher).refreshed().size() == 2);
}

TEST_CASE("keys of another repository are refused before anything is written")
{
    Publisher publisher;
    Publisher stranger;
    publisher.publish({publisher.build("org.example.hello", "one")});
    const auto before = served(publisher, "tuf/timestamp.json");
    auto request = publisher.request({publisher.build("org.other.tool", "one")});
    request.keys = stranger.keys();

    CHECK_FAILS(Code::untrusted, "too few keys that the repository lists for", publisher.publish(request));

    CHECK(served(publisher, "tuf/timestamp.json") == before);
    CHECK_FALSE(fs::exists(publisher.site() / "targets/org.other"));
}

TEST_CASE("without the targets keys an old namespace can be published and a new one cannot")
{
    Publisher publisher;
    publisher.publish({publisher.build("org.example.hello", "one")});
    for (const auto* name : {"root-1", "root-2", "root-3", "targets-1", "targets-2", "targets-3"}) {
        fs::remove(publisher.keys() / (std::string(name) + ".key"));
    }

    CHECK(publisher.publish({publisher.build("org.example.hello", "two")}).changed);
    CHECK_FAILS(Code::untrusted, "for targets, 2 needed",
                publisher.publish({publisher.build("org.other.tool", "one")}));
}

TEST_CASE("a module that is missing, changed after the build or there twice is refused and no repository appears")
{
    Publisher publisher;
    const auto module = publisher.build("org.example.hello", "one");

    CHECK_FAILS(Code::not_found, "there is no manifest.json", publisher.publish({publisher.root()}));
    CHECK_FAILS(Code::conflict, "hold it", publisher.publish({module, publisher.build("org.example.hello", "two")}));
    files::write(module / "module.lock", "another lock");
    CHECK_FAILS(Code::corrupt, "changed after the build", publisher.publish({module}));

    CHECK_FALSE(fs::exists(publisher.site()));
}

TEST_CASE("a module without its commit is refused and the repository shows nothing new")
{
    Publisher publisher;
    publisher.publish({publisher.build("org.example.hello", "one")});
    const auto before = served(publisher, "tuf/timestamp.json");
    const auto broken = publisher.build("org.example.hello", "two");
    fs::remove_all(broken / "ostree" / "objects");
    fs::create_directories(broken / "ostree" / "objects");

    CHECK(testing::failure_of([&] { publisher.publish({broken}); }).has_value());

    CHECK(served(publisher, "tuf/timestamp.json") == before);
    CHECK(User(publisher).refreshed().size() == 1);
}

TEST_CASE("publishing nothing signs the repository again before it expires")
{
    Publisher publisher;
    publisher.publish({publisher.build("org.example.hello", "one")});
    publisher.clock.time += 20 * Publisher::day;
    User user(publisher, publisher.clock.time);
    CHECK(user.client().has_root());

    const auto report = publisher.publish(std::vector<fs::path>{});
    user.refreshed();

    CHECK(report.changed);
    CHECK(report.expires == publisher.clock.time + 14 * Publisher::day);
    CHECK(user.client().freshness().state == trust::FreshnessState::fresh);
}

TEST_CASE("roles with less than half of their time left are signed again, the root too")
{
    Publisher publisher;
    const auto module = publisher.build("org.example.hello", "one");
    publisher.publish({module});
    publisher.clock.time += 300 * Publisher::day;

    const auto report = publisher.publish({module});
    User user(publisher, publisher.clock.time);
    user.refreshed();

    CHECK(report.changed);
    CHECK(fs::exists(publisher.site() / "tuf/2.root.json"));
    CHECK(user.client().freshness().expires == publisher.clock.time + 14 * Publisher::day);
}

TEST_CASE("a withdrawn release is off the list, and its number is not given again")
{
    Publisher publisher;
    publisher.publish({publisher.build("org.example.hello", "one")});
    publisher.publish({publisher.build("org.example.hello", "two")});
    auto request = publisher.request({});
    request.withdrawals = {{.app = AppId::require("org.example.hello"), .version = "two"}};

    const auto report = publisher.publish(request);
    const auto listed = User(publisher).refreshed();
    const auto next = publisher.publish({publisher.build("org.example.hello", "three")});

    CHECK(report.withdrawn == std::vector<std::string>{"org.example.hello two"});
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].version == "one");
    CHECK(next.releases.at(0).sequence == 3);
    CHECK_FAILS(Code::not_found, "lists no such release", publisher.publish(request));
}

TEST_CASE("a repository whose making broke off before its first timestamp is finished by the next call")
{
    Publisher publisher;
    const auto module = publisher.build("org.example.hello", "one");
    publisher.publish({module});
    fs::remove(publisher.site() / "tuf/timestamp.json");
    files::write(publisher.site() / "tuf/timestamp.json.a1B2c3", "half written");

    publisher.publish({module});

    CHECK(User(publisher).refreshed().size() == 1);
    CHECK_FALSE(fs::exists(publisher.site() / "tuf/timestamp.json.a1B2c3"));
}

TEST_CASE("two publications of one repository do not run at once")
{
    Publisher publisher;
    const auto module = publisher.build("org.example.hello", "one");
    publisher.publish({module});
    const auto other = engine::WriterLock::take(publisher.site() / ".publish", "qpkg publish elsewhere");

    CHECK_FAILS(Code::busy, "qpkg publish elsewhere", publisher.publish({module}));
}

TEST_CASE("a repository whose files were changed is not published into")
{
    Publisher publisher;
    publisher.publish({publisher.build("org.example.hello", "one")});
    auto bytes = served(publisher, "tuf/1.publisher.json");
    bytes[bytes.size() - 3] = '0';
    files::write(publisher.site() / "tuf/1.publisher.json", bytes);

    CHECK_FAILS(Code::corrupt, "1.publisher.json", publisher.publish({publisher.build("org.example.hello", "two")}));
}

TEST_CASE("encrypted keys publish with their passphrase and not without")
{
    Publisher publisher;
    const auto encrypted = publisher.root() / "sealed";
    app::new_keys({.directory = encrypted, .passphrase = "correct horse"});
    auto request = publisher.request({publisher.build("org.example.hello", "one")});
    request.keys = encrypted;

    CHECK(app::needs_passphrase(encrypted));
    CHECK_FAILS(Code::usage, "needs a passphrase", publisher.publish(request));
    request.passphrase = "wrong horse";
    CHECK_FAILS(Code::untrusted, "wrong passphrase", publisher.publish(request));
    request.passphrase = "correct horse";
    CHECK(publisher.publish(request).changed);
}
