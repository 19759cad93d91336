// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/services.hpp"

#include "support/expect.hpp"
#include "support/releases.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::plan;

namespace {

using Allowed = std::vector<AllowedService>;

Release serving(const std::vector<std::string>& names, const std::vector<std::string>& asking = {})
{
    auto release = testing::a_release();
    release.exports.clear();
    for (const auto& name : names) {
        Export made{ExportKind::service, name, "/usr/lib/systemd/system/" + name};
        made.starts = std::ranges::find(asking, name) != asking.end();
        release.exports.push_back(made);
    }
    return release;
}

ServiceWishes wish(const Release& release, const std::string& name, std::optional<ServiceRights> rights)
{
    return {.said = {{{release.app, name}, rights}}};
}

} // namespace

TEST_CASE("nothing starts because a recipe asks for it")
{
    CHECK(allowed_services(serving({"a.service"}, {"a.service"}), {}, {}).empty());
}

TEST_CASE("what is allowed starts with the rights that were said, other names do not")
{
    const auto release = serving({"a.service", "b.service"}, {"b.service"});

    CHECK(allowed_services(release, {}, wish(release, "a.service", ServiceRights::confined)) == Allowed{{"a.service"}});
    CHECK(allowed_services(release, {}, wish(release, "a.service", ServiceRights::own)) ==
          Allowed{{"a.service", ServiceRights::own}});
    CHECK(allowed_services(release, {}, {.all_asked = true}) == Allowed{{"b.service"}});
}

TEST_CASE("where nobody starts services none is allowed, and a first start is")
{
    auto release = serving({"a.service"}, {"a.service"});
    release.first_start.run = {{"/usr/bin/init"}};
    const auto allowed = [&](const ServiceWishes& wishes) {
        return allowed_services(release, {}, wishes, Systemd::missing);
    };

    CHECK(allowed({.all_asked = true}) == Allowed{{std::string(first_start_consent)}});
    CHECK(allowed(wish(release, "a.service", std::nullopt)).empty());
    CHECK_FAILS(Code::unsupported, "a.service of org.example.hello cannot start: qubes of this backend have no systemd",
                allowed(wish(release, "a.service", ServiceRights::confined)));
    CHECK_FAILS(Code::not_found, "has no service", allowed(wish(release, "b.service", ServiceRights::confined)));
}

TEST_CASE("a consent lasts for the same name of another release, and for that alone")
{
    const Allowed before{{"a.service", ServiceRights::own}, {"gone.service"}};

    CHECK(allowed_services(serving({"a.service", "new.service"}, {"new.service"}), before, {}) ==
          Allowed{{"a.service", ServiceRights::own}});
}

TEST_CASE("a consent can be taken back, and all that is asked for changes none that was said")
{
    const auto release = serving({"a.service"}, {"a.service"});

    CHECK(allowed_services(release, {{"a.service"}}, wish(release, "a.service", std::nullopt)).empty());
    CHECK(allowed_services(release, {{"a.service", ServiceRights::own}}, {.all_asked = true}) ==
          Allowed{{"a.service", ServiceRights::own}});
}

TEST_CASE("a wish that no service fulfils is refused, one for another app is not heard")
{
    const auto release = serving({"hello.service"});

    CHECK_FAILS(Code::not_found, "has no service \"helo.service\"",
                allowed_services(release, {}, wish(release, "helo.service", ServiceRights::confined)));
    const ServiceWishes other{.said = {{{AppId::require("org.example.other"), "x.service"}, std::nullopt}}};
    CHECK(allowed_services(release, {}, other).empty());
}

TEST_CASE("more services than an announcement holds are refused")
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i <= most_allowed_services; ++i) {
        names.push_back("a" + std::to_string(i) + ".service");
    }

    CHECK_FAILS(Code::unsupported, "at most 16", allowed_services(serving(names, names), {}, {.all_asked = true}));
}

TEST_CASE("a first start is asked for, allowed and kept as a service is, and only confined")
{
    auto release = serving({"a.service"});
    CHECK(services_of(release) == std::vector<std::string>{"a.service"});
    release.first_start = {"hello", {"hello"}, {{"/usr/bin/hello", "--init"}}};

    CHECK(services_of(release) == std::vector<std::string>{"a.service", "first-start"});
    CHECK(asked_services(release) == std::vector<std::string>{"first-start"});
    CHECK(allowed_services(release, {}, {}).empty());
    CHECK(allowed_services(release, {}, {.all_asked = true}) == Allowed{{"first-start"}});
    CHECK(allowed_services(release, {{"first-start"}}, {}) == Allowed{{"first-start"}});
    CHECK(allowed_services(serving({"a.service"}), {{"first-start"}}, {}).empty());
    CHECK(allowed_services(release, {{"first-start"}}, wish(release, "first-start", std::nullopt)).empty());
    CHECK_FAILS(Code::usage, "confined, or not at all",
                allowed_services(release, {}, wish(release, "first-start", ServiceRights::own)));

    release.first_start.run.clear();
    CHECK(asked_services(release).empty());
}
